import { describe, expect, test } from 'vitest';
import { externalRegion as external } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { externalRegions, ownRegions } from '../config.ts';
import { describeProblem } from '../problems.ts';
import { serverIdsOf } from '../servers.ts';
import { onlyRegions } from '../subset.ts';
import { validateConfig } from '../validate.ts';

const problemsOf = (...regions: unknown[]) => {
  const result = validateConfig({ regions });
  return result.ok ? [] : result.problems.map(describeProblem);
};

test('an external region has what routes clients to it, and nothing of a server of ours', () => {
  const config = configOf([region('weur'), external({ secret: 'MERIDIAN_EXTERNAL_OFFICE' })]);
  expect(externalRegions(config)).toEqual([
    {
      ...{ id: 'office', name: 'office', kind: 'external', url: 'wss://nats.example.com' },
      ...{ secret: 'MERIDIAN_EXTERNAL_OFFICE', latitude: 50.1, longitude: 8.7, enabled: true },
      ...{ priority: 1, weight: 100, bias: 1, dial: 100, drain: false, residency: {}, off: [] },
    },
  ]);
  expect(ownRegions(config).map(({ id }) => id)).toEqual(['weur']);
});

test('what comes out is valid again, as an edit needs it', () => {
  const config = configOf([region('weur'), external()]);
  expect(validateConfig(config)).toMatchObject({ ok: true, config });
});

test('it has no server of ours', () => {
  expect(serverIdsOf(configOf([region('weur'), external()]))).toEqual(['weur']);
});

test.each([
  ['hint', 'enam'],
  ['placement', ['ENAM']],
  ['keepAwake', true],
  ['jetstream', true],
  ['instanceType', 'basic'],
  ['limits', { maxConnections: 5 }],
  ['members', { max: 2, freeConnections: 1 }],
  ['sleepAfter', '5m'],
])('%s is refused, since there is no server of ours', (field, value) => {
  expect(problemsOf(region('weur'), external({ [field]: value }))).toEqual([
    `regions[1].${field}: an external region has no server of ours, so ${field} would have no effect: remove it.`,
  ]);
});

test('one without an address is refused, and one of ours with an address', () => {
  const { url: _url, ...without } = external();
  expect(problemsOf(region('weur'), without)).toEqual([
    'regions[1].url: is missing and has no default: add it.',
  ]);
  expect(problemsOf(region('weur', { url: 'wss://nats.example.com' }))).toEqual([
    'regions[0].url: only an external region has url: set kind to "external", or remove it.',
  ]);
});

test('a broken kind is told once', () => {
  expect(problemsOf(region('weur'), external({ kind: 'extrenal' }))).toEqual([
    'regions[1].kind: "extrenal" is not known; did you mean "external"? Use one of external.',
  ]);
});

test('with external regions alone there would be nothing to deploy', () => {
  expect(problemsOf(external())).toEqual([expect.stringContaining('keep one of ours')]);
  const subset = onlyRegions(configOf([region('weur'), external()]), ['office']);
  expect(subset).toMatchObject({ ok: false, problems: [{ code: 'no-own-region' }] });
});

describe('addresses', () => {
  test.each([
    'wss://nats.example.com',
    'wss://nats.example.com:8443/eu/nats',
    'https://connect.example.com/',
    'wss://[2001:db8::1]:443',
    'ws://127.0.0.1:8080',
    'http://localhost:8080',
    'wss://nats.example.com:65535',
  ])('%s is one', (url) => {
    expect(problemsOf(region('weur'), external({ url }))).toEqual([]);
  });

  test.each([
    ['without TLS away from this machine', 'ws://nats.example.com'],
    ['with a password in it', 'wss://user:password@nats.example.com'],
    ['with a token in it', 'wss://nats.example.com/?token=abc'],
    ['with a fragment', 'wss://nats.example.com/#a'],
    ['of TCP', 'nats://nats.example.com:4222'],
    ['of a port that there is not', 'wss://nats.example.com:65536'],
    ['of this machine in a longer name', 'ws://localhost.example.com'],
    ['of nothing', 'wss://'],
  ])('one %s is none', (_what, url) => {
    expect(problemsOf(region('weur'), external({ url }))).toEqual([
      expect.stringMatching(/^regions\[1\]\.url: /),
    ]);
  });

  test.each(['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN', 'MERIDIAN_EXPORT_A', 'MERIDIAN_EXTERNAL_'])(
    'the secret %s cannot be sent there',
    (secret) => {
      expect(problemsOf(region('weur'), external({ secret }))).toEqual([
        expect.stringContaining('MERIDIAN_EXTERNAL_'),
      ]);
    },
  );
});
