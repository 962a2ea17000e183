import { expect, test } from 'vitest';
import type { HeldStream, Holdings } from './holdings.ts';
import { type AdmissionRecord, type KnownStream, NEW_RECORD, type Sighting } from './record.ts';
import { troubleIn } from './trouble.ts';

const REGIONS = ['a', 'b', 'c'];
const ORDERS: HeldStream = {
  ...{ account: '$G', stream: 'ORDERS', created: '1', servers: ['nats-a', 'nats-b', 'nats-c'] },
  ...{ leader: 'nats-b', messages: 3, lastSeq: 3, consumers: [] },
};
const KNOWN: KnownStream = { ...ORDERS };
const RECORD: AdmissionRecord = { ...NEW_RECORD, isFormed: true, streams: [KNOWN] };

function server(region: string, change: Partial<Holdings> = {}): readonly [string, Sighting] {
  return [region, { server: `nats-${region}`, hasLeader: true, groups: {}, streams: [ORDERS], ...change }];
}

function trouble(sightings: readonly (readonly [string, Sighting])[], record = RECORD) {
  return troubleIn(record, new Map(sightings), REGIONS);
}

test('there is none while a majority runs and every stream has a leader', () => {
  expect(trouble([server('a'), server('b'), server('c')])).toBeUndefined();
  expect(trouble([server('a'), server('b'), ['c', 'stopped']])).toBeUndefined();
  expect(troubleIn(NEW_RECORD, new Map(), [])).toBeUndefined();
});

test.each<[string, readonly (readonly [string, Sighting])[]]>([
  ['nothing is known of the others', [server('a'), ['b', undefined]]],
  ['the others have ended', [server('a'), ['b', 'stopped'], ['c', 'stopped']]],
  [
    'they know no leader',
    [server('a'), server('b', { hasLeader: false }), server('c', { hasLeader: false })],
  ],
])('a majority is missing when %s', (_what, sightings) => {
  expect(trouble(sightings)).toBe('1 of 3 JetStream servers run and know a leader, and 2 are needed');
});

test('servers that have never elected a leader say so', () => {
  expect(trouble([], NEW_RECORD)).toMatch(/^not formed yet: 0 of 3/);
});

test('a stream without a leader, or on no server that answers, is named', () => {
  const leaderless = { streams: [{ ...ORDERS, leader: '' }] };
  expect(trouble([server('a', leaderless), server('b', leaderless)])).toContain('ORDERS of $G');
  expect(trouble([server('a', { streams: [] }), server('b', { streams: [] })])).toContain('ORDERS of $G');
  const one = [server('a', leaderless), server('b')];
  expect(trouble(one)).toBeUndefined();
  expect(trouble([server('a'), server('c'), ['b', 'stopped']])).toContain('ORDERS of $G');
});

test('many such streams are not all named', () => {
  const streams = ['S1', 'S2', 'S3', 'S4', 'S5'].map((stream) => ({ ...KNOWN, stream }));
  expect(trouble([server('a'), server('b')], { ...RECORD, streams })).toMatch(
    /S1 of .*S3 of \$G and 2 more$/,
  );
});

test.each(['deciding', 'waiting', 'forming', 'restoring'] as const)('a loss is said while %s', (phase) => {
  const record: AdmissionRecord = { ...RECORD, loss: { since: 1, phase, streams: [KNOWN] } };
  expect(trouble([server('a'), server('b'), server('c')], record)).toMatch(
    /^no server holds the streams any more; ./,
  );
});
