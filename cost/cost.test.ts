// What must be true of every configuration and every load, tried with many of them; and single figures.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import { configOf, defaultConfig } from '../test/support/data/checked-in.ts';
import { SCENARIOS } from './assumptions.ts';
import { type Cost, cost } from './cost.ts';
import { resolveTraffic, type Traffic } from './traffic.ts';
import type { TrafficOptions } from './traffic-options.ts';
import type { Driver } from './use.ts';

const CONFIG = defaultConfig();

function trafficOf(options: TrafficOptions, config: MeridianConfig = CONFIG): Traffic {
  const resolved = resolveTraffic(options, config);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.traffic;
}

const costOf = (options: TrafficOptions, config: MeridianConfig = CONFIG) =>
  cost(config, trafficOf(options, config));
const driver = ({ drivers }: Cost, of: Driver) => drivers.find((each) => each.driver === of)?.dollars.mid;

/** Each region as a test says. */
const changed = (change: Partial<RegionConfig>): MeridianConfig => ({
  ...CONFIG,
  regions: CONFIG.regions.map((region) => ({ ...region, ...change })),
});
const SLEEPING = changed({ keepAwake: false, jetstream: false });
const WITH_MEMBERS = changed({
  members: { min: 1, max: 20, freeConnections: 100, windowSeconds: 300 } as never,
});

/** From nothing to so much, small ones as often as large ones. */
const upTo = (most: number) =>
  fc.oneof(
    { arbitrary: fc.constant(0), weight: 1 },
    { arbitrary: fc.double({ min: 0, max: Math.log(most), noNaN: true }).map(Math.exp), weight: 9 },
  );

/** Streams only where there can be some. */
const hasJetStream = ({ regions }: MeridianConfig) =>
  regions.some((region) => 'jetstream' in region && region.jetstream);
const loadFor = (config: MeridianConfig) => {
  const hasStreams = hasJetStream(config);
  return fc
    .record({
      clients: upTo(1e6).map((clients) => clients + 1),
      messages: upTo(1e6),
      size: upTo(1e5),
      fanOut: upTo(1e4).map((each) => each / 2),
      hours: fc.double({ min: 0, max: 24, noNaN: true }),
      storedShare: fc.double({ min: 0, max: hasStreams ? 1 : 0, noNaN: true }),
      streams: fc.integer({ min: 0, max: hasStreams ? 100 : 0 }),
    })
    .map((load) => ({ ...load, fanOut: Math.min(load.fanOut, load.clients) }));
};

/** Rounding of the computer's own. */
const NOTHING = 1e-6;

const CONFIGS: readonly (readonly [string, MeridianConfig])[] = [
  ['as checked in', CONFIG],
  ['with regions that may sleep', SLEEPING],
  ['with members', WITH_MEMBERS],
  ['with two regions', configOf(['weur', 'apac'], { weur: { jetstream: false } })],
];

describe.each(CONFIGS)('%s', (_name, config) => {
  const LOAD = loadFor(config);

  test.each([
    ['clients', 1e6],
    ['messages', 1e5],
    ['size', 1e4],
    ['fanOut', 100],
    ['hours', 24],
    ['storedShare', 1],
    ['streams', 100],
  ] as const)('more %s never cost less, in each scenario', (what, most) => {
    fc.assert(
      fc.property(LOAD, fc.double({ min: 0, max: 1, noNaN: true }), (load, part) => {
        const isOfStreams = what === 'storedShare' || what === 'streams';
        if (isOfStreams && !hasJetStream(config)) return;
        const limit = Math.min(most, what === 'fanOut' ? load.clients : most);
        const added = part * Math.max(0, limit - load[what]);
        const more = { ...load, [what]: load[what] + (what === 'streams' ? Math.floor(added) : added) };
        const [before, after] = [costOf(load, config), costOf(more, config)];
        for (const scenario of SCENARIOS)
          expect(after.total[scenario]).toBeGreaterThanOrEqual(before.total[scenario] - NOTHING);
      }),
    );
  });

  test('low is never more than mid, and mid never more than high: of all, and of each driver', () => {
    fc.assert(
      fc.property(LOAD, (load) => {
        const { total, drivers } = costOf(load, config);
        for (const { low, mid, high } of [total, ...drivers.map(({ dollars }) => dollars)]) {
          expect(low).toBeLessThanOrEqual(mid + NOTHING);
          expect(mid).toBeLessThanOrEqual(high + NOTHING);
        }
      }),
    );
  });

  test('lines, drivers and regions each add up to the total, and nothing is negative or no number', () => {
    fc.assert(
      fc.property(LOAD, (load) => {
        const { total, drivers, regions, lines } = costOf(load, config);
        for (const scenario of SCENARIOS)
          for (const parts of [drivers, regions, lines]) {
            expect(parts.every(({ dollars }) => dollars[scenario] >= 0)).toBe(true);
            const sum = parts.reduce((all, { dollars }) => all + dollars[scenario], 0);
            expect(sum / total[scenario]).toBeCloseTo(1, 9);
          }
      }),
    );
  });
});

test('mid is never more than high where containers may run in several places, at several prices', () => {
  const places = [['WEUR', 'ME'], ['ENAM', 'SAM', 'OC'], ['OC', 'WEUR'], ['APAC']] as const;
  const config = {
    ...CONFIG,
    regions: CONFIG.regions.map((region, index) => ({
      ...region,
      placement: places[index % places.length] ?? [],
    })),
  };
  fc.assert(
    fc.property(loadFor(config), (load) => {
      const { total } = costOf(load, config);
      expect(total.mid).toBeLessThanOrEqual(total.high + NOTHING);
    }),
  );
});

test('without clients, regions that may sleep cost the plan, unless each look keeps their objects in memory', () => {
  const { total, drivers } = costOf({}, SLEEPING);
  // Six regions, the object of rollouts and the store, each 43,800 times for ten seconds, and the collector: 784,896 GB-s.
  expect((8 * 43_800 * 10 + 2_628_000) * 0.128).toBe(784_896);
  expect(total).toEqual({ low: 5, mid: 5, high: expect.closeTo(17.5, 9) });
  expect(drivers.filter(({ dollars }) => dollars.mid > 0).map((each) => each.driver)).toEqual(['plan']);
});

test('a million clients at no hour of the day are none: no servers, no connections', () => {
  const found = costOf({ clients: 1e6, hours: 0 }, SLEEPING);
  expect(found.total).toMatchObject({ low: 5, mid: 5 });
  expect(found.regions.map(({ servers }) => servers)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(found.notes).toEqual([]);
});

test('without clients, regions that stay awake cost their memory and disk all month', () => {
  const standard = configOf(['wnam', 'enam', 'weur']);
  // Three of 4 GiB and 8 GB, less what is included.
  const memory = (3 * 4 * 730 - 25) * 3_600 * 0.000_002_5;
  const disk = (3 * 8 * 730 - 200) * 3_600 * 0.000_000_07;
  const found = costOf({}, standard);
  expect(driver(found, 'memory')).toBeCloseTo(memory, 6);
  expect(driver(found, 'disk')).toBeCloseTo(disk, 6);
  expect(driver(found, 'egress')).toBe(0);
});

test('a server that only keeps its links takes a part of a vCPU, however small it is, and no more than it has', () => {
  const vcpus = (instanceType: RegionConfig['instanceType'], load: TrafficOptions = {}) => {
    const { lines } = costOf(load, configOf(['weur'], { weur: { jetstream: false, instanceType } }));
    const used = lines.filter(({ price }) => price.mid === 'cpu').map(({ quantity }) => quantity.high);
    return used.map((seconds) => seconds / (730 * 3_600));
  };
  const tiny = { vcpu: 0.01, memoryMib: 256, diskMb: 2_000 };
  // The second is of sessions.
  expect(vcpus('standard-4')).toEqual([expect.closeTo(0.03, 9), 0]);
  expect(vcpus('lite', { sessionHours: 730 })).toEqual([expect.closeTo(0.03, 9), expect.closeTo(0.03, 9)]);
  expect(vcpus(tiny as RegionConfig['instanceType'])).toEqual([expect.closeTo(0.01, 9), 0]);
});

test('a region that may sleep and has clients eight hours a day costs a third, and the ten minutes until it sleeps', () => {
  const one = (keepAwake: boolean) => configOf(['weur'], { weur: { keepAwake, jetstream: false } });
  const quantity = (config: MeridianConfig) =>
    costOf({ clients: 10, hours: 8 }, config).lines.find((line) => line.driver === 'memory')?.quantity.mid ??
    0;
  expect(quantity(one(false)) / quantity(one(true))).toBeCloseTo((8 + 1 / 6) / 24, 10);
});

test('a message costs its bytes once for each client that gets it, and once for each region that it goes to', () => {
  const config = configOf(['weur', 'enam'], { weur: { jetstream: false }, enam: { jetstream: false } });
  const load = { clients: 1_000, messages: 1_000, size: 940, fanOut: 1_000 };
  const { lines } = costOf(load, config);
  const gb = (of: Driver) =>
    lines.filter((line) => line.driver === of).reduce((sum, { quantity }) => sum + quantity.mid, 0);
  const perCopy = (1_000 * 730 * 3_600 * (940 + 60)) / 1e9;
  expect(gb('egress')).toBeCloseTo(1_000 * perCopy, 3);
  // A thousand subscribers are in both regions.
  expect(gb('mesh')).toBeCloseTo(perCopy, 3);
});

test('compressed links make the mesh cheaper, and nothing else', () => {
  const load = { clients: 1_000, messages: 10_000, size: 1_000, fanOut: 10 };
  const [plain, compressed] = [costOf(load), costOf({ ...load, meshBytesRatio: 0.5 })];
  expect(driver(compressed, 'mesh')).toBeLessThan(driver(plain, 'mesh') ?? 0);
  expect(driver(compressed, 'cpu')).toBe(driver(plain, 'cpu'));
});

test('streams cost writes to R2, and what it keeps', () => {
  const stored = costOf({ clients: 10, streams: 10, storedGb: 110 });
  // 2.69 million writes, of which one is included: two are billed. And 100 GB.
  expect(driver(stored, 'storage')).toBeCloseTo(2 * 4.5 + 1.5, 6);
});

test('without backups streams cost no R2, and without verification no reads', () => {
  const { backup } = CONFIG.jetstream;
  const load = { streams: 10, storedGb: 100 };
  const of = (change: Partial<typeof backup>) =>
    costOf(load, { ...CONFIG, jetstream: { ...CONFIG.jetstream, backup: { ...backup, ...change } } });
  const reads = ({ lines }: Cost) => lines.find(({ price }) => price.mid === 'r2ClassB')?.quantity.mid ?? 0;
  expect(driver(of({ enabled: false }), 'storage')).toBe(0);
  expect(driver(of({}), 'storage')).toBeGreaterThan(0);
  expect(reads(of({ verifyHours: 0 }))).toBe(0);
  expect(reads(of({ verifyHours: 12 }))).toBeCloseTo(2 * reads(of({ verifyHours: 24 })), 6);
});

test('the Keeper is counted where there are JetStream servers, unless all goes well', () => {
  const seconds = ({ lines }: Cost) =>
    lines.find(({ price, region }) => price.mid === 'objectDuration' && region === null)?.quantity;
  const object = 730 * 3_600 * 0.128;
  // The object of rollouts and the store of the configuration are asked each minute.
  const [mid, high] = [2 * 43_800 * 0.1 * 0.128, 2 * 43_800 * 10 * 0.128];
  const near = (expected: number) => expect.closeTo(expected, 6);
  expect(seconds(costOf({}))).toEqual({
    low: object,
    mid: near(2 * object + mid),
    high: near(2 * object + high),
  });
  const without = changed({ jetstream: false });
  expect(seconds(costOf({}, without))).toEqual({
    low: object,
    mid: near(object + mid),
    high: near(object + high),
  });
});

test('a region with members that may sleep costs nothing without clients', () => {
  const members = { min: 2, max: 4, freeConnections: 100, windowSeconds: 300 } as never;
  const config = configOf(['weur'], { weur: { jetstream: false, keepAwake: false, members } });
  expect(driver(costOf({}, config), 'memory')).toBe(0);
  expect(driver(costOf({ clients: 1 }, config), 'memory')).toBeGreaterThan(0);
});

test('a load that the configuration cannot serve is said', () => {
  const one = configOf(['weur'], { weur: { jetstream: false } });
  expect(costOf({ clients: 1e6 }, one).notes[0]).toMatch(
    /^weur has places for \d+ clients, and would get 1000000/,
  );
  expect(costOf({ clients: 10, messages: 1e7 }, one).notes.join()).toContain('weur would need more CPU');
  expect(costOf({ clients: 10 }, one).notes).toEqual([]);
});

describe('bad input is named, all of it at once', () => {
  test.each<[TrafficOptions, string, RegExp]>([
    [{ clients: -1 }, 'clients', /must not be negative, and is -1/],
    [{ messages: Number.NaN, clients: 1 }, 'messages', /must be a number, and is NaN/],
    [{ size: Number.POSITIVE_INFINITY }, 'size', /must be a number/],
    [{ hours: 25 }, 'hours', /must be 24 at most, and is 25/],
    [{ storedShare: 1.1 }, 'storedShare', /must be 1 at most/],
    [{ shares: { mars: 1 } }, 'shares.mars', /no region mars; known: wnam, enam, weur/],
    [{ shares: { weur: -1 } }, 'shares.weur', /must not be negative/],
    [{ shares: { weur: 0 } }, 'shares', /one of them must be more than 0/],
    [{ messages: 1 }, 'messages', /without clients nobody publishes/],
    [{ clients: 5, messages: 10, fanOut: 6 }, 'fanOut', /cannot get to 6 clients where there are 5/],
    [{ streams: 1.5 }, 'streams', /must be a whole number, and is 1.5/],
    [{ shares: { weur: 1e308 } }, 'shares.weur', /must be 1000000000 at most/],
  ])('%j', (options, path, message) => {
    const resolved = resolveTraffic(options, CONFIG);
    expect(resolved).toEqual({ ok: false, problems: [{ path, message: expect.stringMatching(message) }] });
  });

  test('several', () => {
    const resolved = resolveTraffic({ clients: -1, size: Number.NaN, shares: { mars: 1 } }, CONFIG);
    expect(resolved.ok ? [] : resolved.problems.map(({ path }) => path)).toEqual([
      'clients',
      'size',
      'shares.mars',
    ]);
  });

  test.each([{ streams: 1 }, { storedShare: 0.5 }, { storedGb: 1 }])(
    '%j, where there is no JetStream',
    (load) => {
      const without = changed({ jetstream: false });
      const resolved = resolveTraffic(load, without);
      const path = Object.keys(load)[0];
      expect(resolved).toMatchObject({
        ok: false,
        problems: [{ path, message: expect.stringMatching(/no region has JetStream/) }],
      });
      expect(resolveTraffic(load, CONFIG).ok).toBe(true);
    },
  );

  test('what is at the limit is good: a message for every client, or as many as an edge has counted', () => {
    expect(resolveTraffic({ clients: 5, messages: 10, fanOut: 5 }, CONFIG).ok).toBe(true);
    expect(resolveTraffic({ clients: 0.4, messages: 1 }, CONFIG).ok).toBe(true);
    expect(resolveTraffic({ clients: 5, messages: 10, fanOut: 6 }, CONFIG, 'measured').ok).toBe(true);
  });

  test('and what is good is not: shares in any unit', () => {
    const { shares } = trafficOf({ shares: { weur: 30, oc: 10 } });
    expect([shares.get('weur'), shares.get('oc'), shares.get('apac')]).toEqual([0.75, 0.25, 0]);
  });
});
