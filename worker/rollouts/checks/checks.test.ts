import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../test/support/data/checked-in.ts';
import type { RegionSnapshot, Snapshot } from '../../metrics/snapshot.ts';
import { BUCKETS } from '../../metrics/visits.ts';
import type { Came } from '../visit-window.ts';
import { chanceOfAtLeast } from './chance.ts';
import { connects } from './connects.ts';
import { p95 } from './p95.ts';
import { disconnects, jetStream, lag, mesh, regionsServe } from './servers.ts';
import type { Evidence } from './verdict.ts';

/** Clients that wanted `wanted` and got `region`, each in so many ms. */
function came(wanted: string, region: string, count: number, { ms = 20, colo = 'SYD' } = {}): Came {
  return { wanted, region, colo, count, within: BUCKETS.map((most) => (ms / 1_000 <= most ? count : 0)) };
}

const watching = (...lately: Came[]) => ({
  ...{ came: { lately, now: lately }, changed: ['oc'], minSamples: 20 },
  refusedBefore: { refused: 0, total: 1_000 },
});

describe('connects', () => {
  const CHECK = { check: 'connects', minSuccess: 0.99, margin: 0.01 } as const;
  test.each([
    ['all are taken', [came('oc', 'oc', 100)], 'pass'],
    ['too few came', [came('oc', 'oc', 15), came('oc', '', 4)], 'waiting'],
    ['none is taken', [came('oc', '', 20)], 'fail'],
    ['all go to another region', [came('oc', 'apac', 20)], 'fail'],
    ['five of a hundred fail', [came('oc', 'oc', 95), came('oc', 'apac', 5)], 'fail'],
    ['one of sixty fails, as one may by chance', [came('oc', 'oc', 59), came('oc', 'apac', 1)], 'pass'],
    [
      'as many fail at other regions from the same place',
      [came('oc', 'oc', 90), came('oc', '', 10), came('apac', 'apac', 90), came('apac', '', 10)],
      'pass',
    ],
    [
      'many fail elsewhere in the world, which is no excuse',
      [came('oc', 'oc', 90), came('oc', '', 10), came('weur', '', 100, { colo: 'CDG' })],
      'fail',
    ],
  ])('%s', (_, lately, outcome) => {
    expect(connects(CHECK, watching(...lately)).outcome).toBe(outcome);
  });

  test('a region that few get does not hide among those that many get, and one that none gets is not waited for', () => {
    const two = (...lately: Came[]) => ({ ...watching(...lately), changed: ['oc', 'apac'] });
    const many = came('apac', 'apac', 10_000);
    expect(connects(CHECK, two(many, came('oc', 'oc', 20), came('oc', 'apac', 20))).outcome).toBe('fail');
    expect(connects(CHECK, two(many)).outcome).toBe('pass');
  });

  test('what failed earlier and does so no longer is no reason to go back', () => {
    const lately = [came('oc', 'oc', 90), came('oc', '', 10)];
    const seen = { ...watching(...lately), came: { lately, now: [came('oc', 'oc', 30)] } };
    expect(connects(CHECK, seen).outcome).toBe('pass');
  });

  test.each([
    ['all of them, so that none should come to a region', 0, [came('', '', 20)], 'fail'],
    ['five of a hundred', 0, [came('oc', 'oc', 95), came('', '', 5)], 'fail'],
    ['one of sixty', 0, [came('oc', 'oc', 59), came('', '', 1)], 'pass'],
    ['as many as before', 50, [came('oc', 'oc', 95), came('', '', 5)], 'pass'],
    ['more than before', 50, [came('oc', 'oc', 80), came('', '', 20)], 'fail'],
    ['of too few', 0, [came('oc', 'oc', 9), came('', '', 9)], 'waiting'],
  ])('routing refuses %s', (_, refused, lately, outcome) => {
    const seen = { ...watching(...lately), refusedBefore: { refused, total: 1_000 } };
    expect(connects(CHECK, seen).outcome).toBe(outcome);
  });

  test('without the collector nothing is known', () => {
    expect(connects(CHECK, { ...watching(), came: undefined }).outcome).toBe('unknown');
  });

  test('its words have the figures, and where most of it was', () => {
    const { words } = connects(CHECK, watching(came('oc', 'oc', 90), came('oc', 'apac', 10)));
    expect(words).toBe(
      '10 of 100 clients were not taken by oc (10.0%, allowed 1.0%); most of them came to oc from SYD',
    );
  });
});

describe('chance', () => {
  test.each([
    [1, 60, 0.01, 1 - 0.99 ** 60],
    [20, 20, 0.5, 0.5 ** 20],
    [0, 10, 0.5, 1],
    [11, 10, 0.5, 0],
    [3, 3, 0, 0],
  ])('%d of %d at %d', (times, tries, chance, expected) => {
    expect(chanceOfAtLeast(times, tries, chance)).toBeCloseTo(expected, 8);
  });

  test('where it changes from exact to the normal distribution, both agree', () => {
    for (const times of [30, 40, 60])
      expect(chanceOfAtLeast(times, 2_001, 0.02)).toBeCloseTo(chanceOfAtLeast(times, 2_000, 0.02), 1);
  });
});

describe('p95', () => {
  const CHECK = { check: 'p95', ratio: 2 } as const;
  test.each([
    ['as quick as elsewhere', [came('oc', 'oc', 50), came('apac', 'apac', 50)], 'pass'],
    ['far slower than elsewhere', [came('oc', 'oc', 50, { ms: 900 }), came('apac', 'apac', 50)], 'fail'],
    ['nothing to compare with', [came('oc', 'oc', 50, { ms: 900 })], 'pass'],
    ['too few', [came('oc', 'oc', 10)], 'waiting'],
    [
      'as slow as elsewhere, from a place from which all is slow',
      [
        ...[
          came('oc', 'oc', 50, { ms: 900, colo: 'PPT' }),
          came('apac', 'apac', 50, { ms: 900, colo: 'PPT' }),
        ],
        ...[came('oc', 'oc', 10), came('apac', 'apac', 500)],
      ],
      'pass',
    ],
    [
      'one of twenty slow everywhere, as when regions wake',
      [
        ...[came('oc', 'oc', 19), came('oc', 'oc', 1, { ms: 3_000 })],
        ...[came('apac', 'apac', 190), came('apac', 'apac', 10, { ms: 3_000 })],
      ],
      'pass',
    ],
  ])('%s', (_, lately, outcome) => {
    expect(p95(CHECK, watching(...lately)).outcome).toBe(outcome);
  });

  test('a region that few get does not hide among those that many get', () => {
    const seen = {
      ...watching(came('weur', 'weur', 20, { ms: 9_000 }), came('existing', 'existing', 1_000)),
      changed: ['existing', 'weur'],
    };
    expect(p95(CHECK, seen)).toMatchObject({ outcome: 'fail', words: expect.stringContaining('20 of 20') });
  });

  test('what was slow earlier and is so no longer is no reason to go back', () => {
    const lately = [came('oc', 'oc', 50, { ms: 900 }), came('apac', 'apac', 50)];
    expect(
      p95(CHECK, { ...watching(...lately), came: { lately, now: [came('oc', 'oc', 30)] } }).outcome,
    ).toBe('pass');
  });

  test('more than may be is too much, whatever others take', () => {
    const slow = watching(came('oc', 'oc', 50, { ms: 900 }), came('apac', 'apac', 50, { ms: 900 }));
    expect(p95({ ...CHECK, maxMs: 500 }, slow).outcome).toBe('fail');
    expect(p95(CHECK, slow).outcome).toBe('pass');
  });

  test('those that took longer than can be told are not taken as quick', () => {
    const seen = watching(came('oc', 'oc', 50, { ms: 20_000 }));
    expect(p95({ ...CHECK, maxMs: 9_000 }, seen).outcome).toBe('fail');
  });
});

/** A region that answers, with a link to each of the others that is in this state. */
function answering(
  region: string,
  {
    state = 'up',
    links = {},
    slow = 0,
    clients = 100,
  }: { state?: string; links?: Record<string, string>; slow?: number; clients?: number } = {},
): RegionSnapshot {
  return {
    ...{ region, jetstream: false, drained: false, askedAt: 0 },
    metrics: {
      status: { region, state, clients },
      links: Object.entries(links).map(([peer, each]) => ({ peer, state: each })),
      server: { varz: { slow_consumers: slow, stale_connections: 0 } },
    },
  } as unknown as RegionSnapshot;
}

const silent = (region: string): RegionSnapshot => ({ region, jetstream: false, drained: false, askedAt: 0 });

function seen(regions: readonly RegionSnapshot[], more: Partial<Snapshot> = {}): Evidence {
  const snapshot = { regions, ...more } as unknown as Snapshot;
  return {
    config: defaultConfig(),
    snapshot,
    came: undefined,
    endedBefore: undefined,
    changed: ['oc'],
    minSamples: 20,
    lagsBefore: {},
    isBegun: true,
    refusedBefore: { refused: 0, total: 0 },
  };
}

test.each([
  ['up', answering('oc'), 'pass'],
  ['asleep', answering('oc', { state: 'asleep' }), 'pass'],
  ['down', answering('oc', { state: 'down' }), 'fail'],
  ['silent', silent('oc'), 'unknown'],
])('a region that is %s', (_, region, outcome) => {
  expect(regionsServe({ check: 'regions' }, seen([region])).outcome).toBe(outcome);
});

test.each([
  ['up', 'pass'],
  ['unreachable', 'fail'],
] as const)('an external region that is %s', (state, outcome) => {
  const external = [{ region: 'office', drained: false, state, since: 0 }];
  const config = { ...defaultConfig(), regions: [{ ...defaultConfig().regions[0], id: 'office' }] } as never;
  expect(
    regionsServe({ check: 'regions', regions: ['office'] }, { ...seen([], { external }), config }).outcome,
  ).toBe(outcome);
});

test.each([
  ['all links are up', [answering('oc', { links: { apac: 'up' } }), answering('apac')], 'pass'],
  ['one is not', [answering('oc', { links: { apac: 'connecting' } }), answering('apac')], 'fail'],
  [
    'one to a region that is down is not expected',
    [answering('oc', { links: { apac: 'down' } }), answering('apac', { state: 'down' })],
    'pass',
  ],
  ['a region is silent', [answering('oc'), silent('apac')], 'unknown'],
] as const)('mesh: %s', (_, regions, outcome) => {
  expect(mesh(seen(regions)).outcome).toBe(outcome);
});

test.each([
  [
    'everything is held',
    { members: [{ region: 'weur', state: 'full' }], hasProblem: false, lostStreams: 0 },
    'pass',
  ],
  [
    'one joins',
    { members: [{ region: 'weur', state: 'joining' }], hasProblem: false, lostStreams: 0 },
    'fail',
  ],
  [
    'streams are lost',
    { members: [{ region: 'weur', state: 'full' }], hasProblem: false, lostStreams: 1 },
    'fail',
  ],
  ['some serve nobody', { members: [], hasProblem: true, lostStreams: 0 }, 'fail'],
  ['the Keeper is silent', undefined, 'unknown'],
] as const)('jetstream: %s', (_, admission, outcome) => {
  const more =
    admission === undefined ? {} : { admission: { ...admission, members: [...admission.members] } };
  expect(jetStream(seen([], more)).outcome).toBe(outcome);
});

test.each([
  ['a few of many', 3, 1_000, 'pass'],
  ['many of many', 30, 1_000, 'fail'],
  ['two of ten', 2, 10, 'pass'],
  ['three of ten', 3, 10, 'fail'],
])('disconnects: %s', (_, ended, clients, outcome) => {
  const evidence = {
    ...seen([answering('oc', { slow: 100 + ended, clients })]),
    endedBefore: { oc: { ended: 100, clients } },
  };
  expect(disconnects({ check: 'disconnects', maxPerThousand: 5 }, evidence).outcome).toBe(outcome);
});

test('disconnects: a region that does not answer has not ended nothing', () => {
  const evidence = { ...seen([silent('oc')]), endedBefore: { oc: { ended: 100, clients: 100 } } };
  expect(disconnects({ check: 'disconnects', maxPerThousand: 5 }, evidence)).toEqual({
    ...{ outcome: 'unknown', words: 'oc does not answer' },
  });
});

test('disconnects: a server that has started anew counts from nothing', () => {
  const evidence = {
    ...seen([answering('oc', { slow: 2 })]),
    endedBefore: { oc: { ended: 100, clients: 100 } },
  };
  expect(disconnects({ check: 'disconnects', maxPerThousand: 5 }, evidence).outcome).toBe('pass');
});

const withStream = (mirrorLag?: number, activeNs = 1e9) =>
  ({
    ...silent('weur'),
    metrics: {
      server: {
        jetstream: {
          streams: [
            {
              ...{ stream: 'ORDERS', isLeader: true, sources: [] },
              ...(mirrorLag !== undefined && { mirror: { name: 'ORDERS', lag: mirrorLag, activeNs } }),
            },
          ],
        },
      },
    },
  }) as unknown as RegionSnapshot;

test.each([
  ['nothing lacks', withStream(0), 'pass'],
  ['something lacks', withStream(7), 'waiting'],
  ['it falls behind', withStream(900), 'fail'],
  ['nothing lacked when its source was last heard of, long ago', withStream(0, 60e9), 'unknown'],
  ['its source was never heard of', withStream(0, -1), 'unknown'],
  ['it mirrors nothing', withStream(), 'fail'],
  ['nobody has it', silent('weur'), 'unknown'],
])('lag: %s', (_, region, outcome) => {
  const evidence = { ...seen([region]), lagsBefore: { ORDERS: 7 } };
  expect(lag({ check: 'lag', stream: 'ORDERS', max: 0 }, evidence).outcome).toBe(outcome);
});

test('lag: before the first step a copy that lacks much is waited for', () => {
  const evidence = { ...seen([withStream(90_000)]), lagsBefore: { ORDERS: 7 }, isBegun: false };
  expect(lag({ check: 'lag', stream: 'ORDERS', max: 0 }, evidence).outcome).toBe('waiting');
});

test('jetstream: a region that is out of service is not missed', () => {
  const config = defaultConfig();
  const regions = config.regions.map((each) => (each.id === 'weur' ? { ...each, drain: true } : each));
  const admission = {
    members: [{ region: 'weur', state: 'empty' }],
    hasProblem: false,
    lostStreams: 0,
  } as const;
  const { snapshot } = seen([], { admission: { ...admission, members: [...admission.members] } });
  expect(jetStream({ snapshot, config: { ...config, regions } }).outcome).toBe('pass');
});
