import { expect, test } from 'vitest';
import { defaultConfig } from '../../test/support/data/checked-in.ts';
import { hopsOf, isComplete, type TraceEvent, traceEventOf } from './trace-events.ts';

const config = defaultConfig();

/** As nats-server 2.15.1 told of a message from weur with a client in oc, shortened. */
const WEUR = JSON.stringify({
  server: { name: 'nats-weur', host: '0.0.0.0', id: 'NA', time: '2026-11-27T18:00:00.500Z', jetstream: true },
  request: { header: { 'Nats-Trace-Only': ['true'] }, msgsize: 90 },
  hops: 1,
  events: [
    { type: 'in', ts: '2026-11-27T18:00:00.4Z', kind: 0, cid: 9, acc: '$G', subj: 'a' },
    { type: 'js', ts: '2026-11-27T18:00:00.4Z', stream: 'ORDERS', subject: 'a' },
    { type: 'eg', ts: '2026-11-27T18:00:00.5Z', kind: 1, cid: 7, name: 'nats-oc', hop: '1' },
    { type: 'eg', ts: '2026-11-27T18:00:00.5Z', kind: 0, cid: 8, sub: 'a', queue: 'workers' },
    { type: 'eg', ts: '2026-11-27T18:00:00.5Z', kind: 0, cid: 10, sub: 'a', error: 'no permission' },
  ],
});
// The clock of oc is a second behind.
const OC = JSON.stringify({
  server: { name: 'nats-oc', time: '2026-11-27T17:59:59Z' },
  events: [
    { type: 'in', ts: 't', kind: 1, cid: 3, name: 'nats-weur', subj: 'a' },
    { type: 'eg', ts: 't', kind: 0, cid: 4, sub: '>' },
  ],
});

function events(...texts: readonly string[]): readonly TraceEvent[] {
  return texts.map(traceEventOf).filter((event) => event !== undefined);
}

test('hops tell where a message comes from, whom it would reach, and what kept it, the first one first', () => {
  expect(hopsOf(events(OC, WEUR), config)).toEqual([
    {
      server: 'nats-weur',
      region: 'weur',
      from: null,
      at: Date.parse('2026-11-27T18:00:00.500Z'),
      deliveries: 1,
      queues: ['workers'],
      streams: ['ORDERS'],
      error: 'no permission',
    },
    {
      server: 'nats-oc',
      region: 'oc',
      from: 'nats-weur',
      at: Date.parse('2026-11-27T17:59:59Z'),
      deliveries: 1,
      queues: [],
      streams: [],
    },
  ]);
});

test('it is complete once each server that it was sent to has told of it', () => {
  expect(isComplete([])).toBe(false);
  expect(isComplete(events(WEUR))).toBe(false);
  // The last may tell of it before the first.
  expect(isComplete(events(OC))).toBe(false);
  expect(isComplete(events(OC, WEUR))).toBe(true);
});

test.each(['', 'no JSON', '{}', '{"server":{"name":"x","time":"today"},"events":[]}'])(
  '%j is no event',
  (text) => {
    expect(traceEventOf(text)).toBeUndefined();
  },
);

test('a server that is none of a region is told by its name alone', () => {
  const [hop] = hopsOf(events(OC.replace('"name":"nats-oc"', '"name":"another"')), config);
  expect(hop).toMatchObject({ server: 'another', region: null });
});
