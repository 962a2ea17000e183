import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Forecast } from '../../api/forecast.ts';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { NOTHING_OBSERVED, type Observations } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import { REPORTED_COUNTRIES } from '../../routing/served.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { forecast } from './forecast.ts';
import { populationTraffic } from './population-traffic.ts';
import type { Traffic, TrafficSample } from './traffic.ts';

const LONDON: TrafficSample = { colo: 'LHR', country: 'GB', clients: 600 };
const PARIS: TrafficSample = { colo: 'CDG', country: 'FR', isEUCountry: '1', clients: 300 };
const SYDNEY: TrafficSample = { colo: 'SYD', country: 'AU', latitude: -34, longitude: 151, clients: 100 };
const TRAFFIC = trafficOf(LONDON, PARIS, SYDNEY);
const PLAN = planOf();
const IDS = PLAN.regions.map(({ id }) => id);

describe('moves', () => {
  test('a configuration against itself moves nobody', () => {
    for (const plan of [PLAN, planWith({ weur: { dial: 30 } }, { bandMs: 40 })]) {
      const { movedShare, moves, latency } = forecast(plan, plan, TRAFFIC);
      expect([movedShare, moves]).toEqual([0, []]);
      expect(latency.after).toEqual(latency.before);
    }
  });

  test('a disabled region loses exactly its own clients, which are listed by country and data center', () => {
    const { movedShare, moves, regions } = forecast(PLAN, planWith({ weur: { enabled: false } }), TRAFFIC);
    expect(movedShare).toBeCloseTo(0.9, 12);
    expect(moves).toEqual([
      {
        from: 'weur',
        to: 'eeur',
        share: expect.closeTo(0.9, 12),
        countries: [
          { country: 'GB', share: expect.closeTo(0.6, 12) },
          { country: 'FR', share: expect.closeTo(0.3, 12) },
        ],
        colos: [
          { colo: 'LHR', share: expect.closeTo(0.6, 12) },
          { colo: 'CDG', share: expect.closeTo(0.3, 12) },
        ],
      },
    ]);
    expect(regions.find(({ region }) => region === 'oc')).toMatchObject({ before: 0.1, after: 0.1 });
  });

  test('a region that becomes a reserve loses its clients to the next best one', () => {
    const { moves } = forecast(PLAN, planWith({ weur: { priority: 2 } }), TRAFFIC);
    expect(moves).toMatchObject([{ from: 'weur', to: 'eeur', share: expect.closeTo(0.9, 12) }]);
    const all = planWith(Object.fromEntries(IDS.map((id) => [id, { priority: 7 }])));
    expect(forecast(PLAN, all, TRAFFIC).movedShare).toBe(0);
  });

  test('a data center keeps its choice by the switching margin, and a place without a data center does not', () => {
    const after = planWith({ weur: { bias: 2 } });
    expect(forecast(PLAN, after, trafficOf(PARIS)).movedShare).toBe(0);
    const { colo: _colo, ...paris } = { ...PARIS, latitude: 49, longitude: 2 };
    expect(forecast(PLAN, after, trafficOf(paris)).moves).toMatchObject([{ from: 'weur', to: 'eeur' }]);
    expect(forecast(PLAN, planWith({ weur: { bias: 3 } }), trafficOf(PARIS)).movedShare).toBe(1);
  });

  test('a dial turned to a half moves half of the clients of its region', () => {
    const { moves, movedShare } = forecast(PLAN, planWith({ weur: { dial: 50 } }), TRAFFIC);
    expect(moves).toMatchObject([{ from: 'weur', to: 'eeur' }]);
    expect(Math.abs(movedShare - 0.45)).toBeLessThan(0.01);
  });

  test('the share of a dial is accurate to a percent even for a single place', () => {
    const { movedShare } = forecast(PLAN, planWith({ oc: { dial: 20 } }), trafficOf(SYDNEY));
    expect(Math.abs(movedShare - 0.8)).toBeLessThan(0.01);
  });

  test('refused clients move to null, and from null once they are served', () => {
    const closed = planWith(Object.fromEntries(IDS.map((id) => [id, { residency: { deny: ['AU'] } }])));
    const there = forecast(PLAN, closed, TRAFFIC);
    expect(there.moves).toMatchObject([{ from: 'oc', to: null, share: 0.1 }]);
    expect(there.refused).toEqual({ before: 0, after: 0.1 });
    const back = forecast(closed, PLAN, TRAFFIC);
    expect(back.moves).toMatchObject([{ from: null, to: 'oc', share: 0.1 }]);
  });

  test('it agrees with routing single clients one by one', () => {
    const [before, after] = [
      planWith({}, { bandMs: 20 }),
      planWith({ weur: { weight: 20 } }, { bandMs: 20 }),
    ];
    const addresses = Array.from({ length: 20_000 }, (_, index) => `198.51.100.${index}`);
    const first = (plan: RoutingPlan, client: string) =>
      getOptimalRegion({ cf: LONDON, client }, { plan, observations: NOTHING_OBSERVED, now: 0 }).candidates[0]
        ?.region;
    const moved = addresses.filter((client) => first(before, client) !== first(after, client)).length;
    const { movedShare } = forecast(before, after, trafficOf(LONDON));
    expect(moved).toBeGreaterThan(1000);
    expect(Math.abs(movedShare - moved / addresses.length)).toBeLessThan(0.015);
  });

  test('tallies of several regions that name the same place count as one', () => {
    const halves = [LONDON, LONDON, PARIS, SYDNEY].map((sample) =>
      sample === LONDON ? { ...sample, clients: 300 } : sample,
    );
    const after = planWith({ weur: { dial: 50 } });
    expect(forecast(PLAN, after, trafficOf(...halves))).toEqual(forecast(PLAN, after, TRAFFIC));
  });
});

describe('latency', () => {
  test('mean and 95th percentile are over clients, and the worst come first', () => {
    const { latency } = forecast(PLAN, planWith({ oc: { enabled: false } }), TRAFFIC);
    const msOf = (place: TrafficSample, plan: RoutingPlan) =>
      getOptimalRegion({ cf: place }, { plan, observations: NOTHING_OBSERVED, now: 0 }).candidates[0]
        ?.estimate.finalMs ?? 0;
    const [london, paris, sydney] = [LONDON, PARIS, SYDNEY].map((place) => msOf(place, PLAN)) as Three;
    const meanMs = 0.6 * london + 0.3 * paris + 0.1 * sydney;
    expect(latency.before.meanMs).toBeCloseTo(meanMs, 9);
    expect(latency.before.p95Ms).toBe(Math.max(paris, london, sydney));
    const sydneyAfter = msOf(SYDNEY, planWith({ oc: { enabled: false } }));
    expect(latency.after.p95Ms).toBe(sydneyAfter);
    expect(latency.worst).toHaveLength(3);
    expect(latency.worst[0]).toEqual({
      colo: 'SYD',
      country: 'AU',
      latitude: -34,
      longitude: 151,
      share: 0.1,
      from: 'oc',
      to: 'apac',
      beforeMs: sydney,
      afterMs: sydneyAfter,
    });
  });

  test('clients that would be refused count neither before nor after', () => {
    const withoutSydney = planWith(
      Object.fromEntries(IDS.map((id) => [id, { residency: { deny: ['AU'] } }])),
    );
    const { latency } = forecast(PLAN, withoutSydney, TRAFFIC);
    expect(latency.before).toEqual(forecast(PLAN, PLAN, trafficOf(LONDON, PARIS)).latency.before);
    expect(latency.after).toEqual(latency.before);
    expect(forecast(withoutSydney, PLAN, TRAFFIC).latency.after).toEqual(
      forecast(PLAN, PLAN, TRAFFIC).latency.after,
    );
  });

  test('the 95th percentile leaves out a twentieth of the clients', () => {
    const p95 = (sydney: number) =>
      forecast(PLAN, PLAN, trafficOf({ ...LONDON, clients: 100 - sydney }, { ...SYDNEY, clients: sydney }))
        .latency.before.p95Ms;
    const only = (sample: TrafficSample) => forecast(PLAN, PLAN, trafficOf(sample)).latency.before.meanMs;
    const [lower, higher] = [only(LONDON), only(SYDNEY)].sort((a, b) => (a ?? 0) - (b ?? 0));
    const highIsSydney = higher === only(SYDNEY);
    expect([p95(highIsSydney ? 4 : 96), p95(highIsSydney ? 6 : 94)]).toEqual([lower, higher]);
  });

  test('at most ten are listed as worst, and none if nobody is served', () => {
    expect(forecast(PLAN, PLAN, populationTraffic()).latency.worst).toHaveLength(10);
    const nothing = forecast(PLAN, allDisabled(), TRAFFIC).latency;
    expect([nothing.after, nothing.worst]).toEqual([{ meanMs: null, p95Ms: null }, []]);
  });
});

describe('limits', () => {
  const unauthenticated = { maxUnauthenticatedPerAddress: 20, maxUnauthenticated: 200 };
  const limited = planWith({
    weur: { limits: { ...unauthenticated, softConnections: 800, maxConnections: 900, maxPayloadBytes: 1 } },
  });

  test.each([
    [888, []],
    [890, ['soft']],
    [1000, ['soft']],
    [1002, ['soft', 'hard']],
  ])('with %i clients connected, nine tenths of them in the region', (connected, kinds) => {
    const { limits } = forecast(PLAN, limited, { ...TRAFFIC, connected });
    expect(limits.map(({ kind }) => kind)).toEqual(kinds);
    for (const { region, clients } of limits)
      expect([region, clients]).toEqual(['weur', Math.round(0.9 * connected)]);
  });

  test('the traffic counts if the number of connected clients is unknown; the population does not', () => {
    expect(forecast(PLAN, limited, TRAFFIC).limits).toHaveLength(1);
    expect(forecast(PLAN, limited, populationTraffic()).limits).toEqual([]);
  });
});

describe('unserved countries', () => {
  test('with no rules there is none', () => {
    expect(forecast(PLAN, PLAN, TRAFFIC).unserved).toEqual([]);
  });

  test('one that the rules exclude is named, with or without traffic', () => {
    const deny = { residency: { deny: ['AU', 'FJ'] } };
    const closed = planWith(Object.fromEntries(IDS.map((id) => [id, deny])));
    expect(forecast(PLAN, closed, TRAFFIC).unserved).toEqual([
      { country: 'AU', share: 0.1, isNew: true },
      { country: 'FJ', share: 0, isNew: true },
    ]);
    expect(forecast(closed, closed, TRAFFIC).unserved).toMatchObject([{ isNew: false }, { isNew: false }]);
  });

  test('if all regions are for the EU only, all other countries are unserved, Tor and the unknown one included', () => {
    const onlyEu = planWith(Object.fromEntries(IDS.map((id) => [id, { residency: { allow: ['EU'] } }])));
    const names = forecast(PLAN, onlyEu, TRAFFIC).unserved.map(({ country }) => country);
    expect(names).toHaveLength(REPORTED_COUNTRIES.length - 27);
    expect(names).toEqual(expect.arrayContaining(['XX', 'T1', 'US', 'UM']));
    expect(names).not.toContain('FR');
  });

  test('a country whose only region is dialled down is served, except for the share that is refused', () => {
    const others = { residency: { deny: ['AU'] } };
    const regions = Object.fromEntries(IDS.map((id) => [id, id === 'oc' ? { dial: 1 } : others]));
    const { unserved } = forecast(PLAN, planWith(regions), trafficOf(LONDON));
    expect(unserved).toEqual([]);
    expect(forecast(PLAN, planWith(regions), TRAFFIC).unserved).toEqual([
      { country: 'AU', share: expect.closeTo(0.099, 2), isNew: true },
    ]);
    const dialledOff = planWith({ ...regions, oc: { dial: 0 } });
    expect(forecast(PLAN, dialledOff, trafficOf(LONDON)).unserved).toMatchObject([
      { country: 'AU', share: 0 },
    ]);
  });
});

describe('what is observed', () => {
  test('the health of regions counts, in both runs', () => {
    const observations: Observations = { regions: new Map([['weur', { state: 'down' }]]) };
    const { regions, movedShare } = forecast(PLAN, PLAN, TRAFFIC, { observations, now: 1 });
    expect(movedShare).toBe(0);
    expect(regions.find(({ region }) => region === 'weur')).toMatchObject({ before: 0, after: 0 });
  });

  test('what one data center measured or failed to reach says nothing about clients elsewhere', () => {
    const measurement = { ms: 1, samples: 36 };
    const observations: Observations = {
      regions: new Map([
        ['oc', { measurement }],
        ['weur', { ejectedUntil: 2 }],
      ]),
      incumbent: 'oc',
    };
    expect(forecast(PLAN, PLAN, TRAFFIC, { observations, now: 1 })).toEqual(forecast(PLAN, PLAN, TRAFFIC));
  });
});

describe('confidence', () => {
  test('more traffic means more confidence', () => {
    const few = forecast(PLAN, PLAN, trafficOf({ ...LONDON, clients: 20 }));
    const many = forecast(PLAN, PLAN, trafficOf({ ...LONDON, clients: 20_000 }));
    expect(few.confidence).toMatch(/^low: only about 20 connections seen in the last day, in 1 place/);
    expect(few.marginShare).toBeGreaterThan(0.1);
    expect(many.confidence).toMatch(
      /^good: about 20000 connections seen in the last day, in 1 place\. .* 0\.7 percentage points/,
    );
  });

  test('names regions that did not answer, and does not call their silence no traffic', () => {
    const some = forecast(PLAN, PLAN, { ...trafficOf(LONDON), silent: ['weur', 'oc'] });
    expect(some.confidence).toMatch(/Does not include weur, oc, which did not answer\.$/);
    const none = forecast(PLAN, PLAN, { ...populationTraffic(), silent: ['weur'] });
    expect(none.confidence).toMatch(
      /^low: no connections are known of, since weur did not answer, so this is how the world/,
    );
    expect(none.confidence).not.toContain('seen yet');
  });

  test('names regions that count on what an earlier deployment has counted', () => {
    const { confidence } = forecast(PLAN, PLAN, { ...trafficOf(LONDON), fromBackup: ['oc'] });
    expect(confidence).toMatch(/ What oc counted is in part from the backup of an earlier deployment\.$/);
  });

  test('population and no traffic at all say so', () => {
    expect(forecast(PLAN, PLAN, populationTraffic())).toMatchObject({
      source: 'population',
      clients: null,
      confidence: expect.stringMatching(/^low: no connections were seen yet/),
    });
    expect(forecast(PLAN, PLAN, { ...populationTraffic(), connected: 7 }).clients).toBe(7);
    const nothing = forecast(PLAN, PLAN, trafficOf());
    expect(nothing).toMatchObject({ samples: 0, movedShare: 0, marginShare: 1 });
    expect(nothing.confidence).toContain('none: no traffic');
  });
});

test('whatever changes: shares sum to 1, moves to what moved, and flows to what regions gain and lose', () => {
  const routingSettings = fc.record({
    weight: fc.integer({ min: 1, max: 1000 }),
    dial: fc.constantFrom(0, 10, 50, 100),
    enabled: fc.boolean(),
    residency: fc.constantFrom({}, { allow: ['EU'] }, { deny: ['US', 'GB'] }),
  });
  const plans = fc
    .tuple(fc.tuple(...IDS.map(() => routingSettings)), fc.constantFrom(0, 30))
    .map(([all, bandMs]) =>
      planWith(Object.fromEntries(IDS.map((id, index) => [id, all[index] ?? {}])), { bandMs }),
    );
  const sample: fc.Arbitrary<TrafficSample> = fc.record({
    colo: fc.constantFrom('LHR', 'SYD', 'GRU', 'JNB', 'NRT', 'ORD', 'BOM'),
    country: fc.constantFrom('GB', 'AU', 'BR', 'US', 'JP', 'FR', 'XX'),
    clients: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(plans, plans, fc.array(sample, { minLength: 1, maxLength: 4 }), (before, after, samples) => {
      const result = forecast(before, after, trafficOf(...samples));
      const { regions, refused, moves, movedShare } = result;
      expect(sum(regions.map((each) => each.before)) + refused.before).toBeCloseTo(1, 9);
      expect(sum(regions.map((each) => each.after)) + refused.after).toBeCloseTo(1, 9);
      expect(sum(moves.map(({ share }) => share))).toBeCloseTo(movedShare, 9);
      for (const { region, before: was, after: is } of regions) {
        expect(is - was).toBeCloseTo(gainOf(region, result), 9);
      }
      expect(sum(result.unserved.map(({ share }) => share))).toBeCloseTo(refused.after, 9);
    }),
    { numRuns: 25 },
  );
});

test('a forecast makes a bounded number of decisions, however many clients there are', () => {
  const colos = ['LHR', 'SYD', 'GRU', 'JNB', 'NRT', 'ORD', 'BOM', 'FRA', 'AMS', 'LAX'];
  const samples = Array.from({ length: 500 }, (_, index) => ({
    ...SYDNEY,
    colo: colos[index % colos.length] ?? '',
    latitude: Math.floor(index / colos.length),
    clients: 1e6 * (index + 1),
  }));
  const plans = [planWith({}, { bandMs: 20 }), planWith({ weur: { dial: 50 } }, { bandMs: 20 })] as const;
  for (const [traffic, keys] of [
    [trafficOf(...samples), 8000],
    [populationTraffic(), 2000],
  ] as const) {
    const [before, after] = [counted(plans[0]), counted(plans[1])];
    forecast(before.plan, after.plan, traffic);
    const places = traffic.samples.length;
    // Each key and each place in both configurations, and the current choice of each place's data center.
    expect(before.decisions() + after.decisions()).toBeLessThanOrEqual(2 * (keys + places) + places);
    expect(after.decisions()).toBeGreaterThanOrEqual(keys);
  }
});

/** A plan that counts the decisions made with it: each reads its version once. */
function counted(plan: RoutingPlan): { readonly plan: RoutingPlan; readonly decisions: () => number } {
  let count = 0;
  const { version } = plan;
  const counting = Object.defineProperty({ ...plan }, 'version', {
    get: () => {
      count += 1;
      return version;
    },
  });
  return { plan: counting, decisions: () => count };
}

type Three = [number, number, number];

function trafficOf(...samples: readonly TrafficSample[]): Traffic {
  return { source: 'traffic', samples };
}

function planWith(
  changes: Readonly<Record<string, Partial<RegionConfig>>>,
  routing: Partial<MeridianConfig['routing']> = {},
): RoutingPlan {
  return planOf((config) => ({
    ...config,
    routing: { ...config.routing, ...routing },
    regions: config.regions.map((region) => ({ ...region, ...changes[region.id] })),
  }));
}

function allDisabled(): RoutingPlan {
  return planWith(Object.fromEntries(IDS.map((id) => [id, { enabled: false }])));
}

function gainOf(region: string, { moves }: Forecast): number {
  return sum(moves.map(({ from, to, share }) => share * (Number(to === region) - Number(from === region))));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
