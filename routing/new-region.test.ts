import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEEN_STATES, type SeenState } from '../api/states.ts';
import type { RegionConfig } from '../regions/config.ts';
import { planOf } from '../test/support/data/checked-in.ts';
import type { RegionObservation } from './observation.ts';
import { getOptimalRegion, type RoutingRequest } from './optimal-region.ts';

/** What a later Meridian's region may say. */
const UNKNOWN_STATE = 'nonsense' as SeenState;

const IDS = planOf().regions.map(({ id }) => id);

const steering = fc.record({
  priority: fc.integer({ min: 1, max: 3 }),
  weight: fc.integer({ min: 1, max: 1000 }),
  bias: fc.double({ min: 0.1, max: 10, noNaN: true }),
  dial: fc.integer({ min: 0, max: 100 }),
  enabled: fc.boolean(),
  drain: fc.boolean(),
  residency: fc.constantFrom({}, { allow: ['EU'] }, { deny: ['US'] }, { allow: ['AU', 'JP'] }),
});

const observation: fc.Arbitrary<RegionObservation> = fc.record(
  {
    measurement: fc.record({
      ms: fc.double({ min: 0.1, max: 5_000, noNaN: true }),
      samples: fc.double({ min: 0, max: 36, noNaN: true }),
    }),
    state: fc.constantFrom(...SEEN_STATES, UNKNOWN_STATE),
    clients: fc.integer({ min: 0, max: 20_000 }),
    meshShare: fc.double({ min: 0, max: 1, noNaN: true }),
    ejectedUntil: fc.integer({ min: 0, max: 2_000_000 }),
  },
  { requiredKeys: [] },
);

const requests: fc.Arbitrary<RoutingRequest> = fc.record({
  cf: fc.record({
    colo: fc.constantFrom('LHR', 'SYD', 'GRU', 'JNB', 'NRT', 'ORD', 'BOM', '??'),
    country: fc.constantFrom('GB', 'AU', 'BR', 'US', 'JP', 'FR', 'XX'),
    isEUCountry: fc.constantFrom('1', undefined),
  }),
  client: fc.string(),
  preferred: fc.subarray(IDS, { maxLength: 1 }),
  previous: fc.constantFrom(...IDS, undefined),
});

const worlds = fc.record({
  request: requests,
  steering: fc.tuple(...IDS.map(() => steering)),
  observed: fc.tuple(...IDS.map(() => observation)),
  bandMs: fc.constantFrom(0, 5, 50),
  incumbent: fc.constantFrom(...IDS, undefined),
  added: fc.constantFrom(...IDS),
});

type World = typeof worlds extends fc.Arbitrary<infer W> ? W : never;

test('a new region draws clients to itself only: whoever does not go there stays', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const before = decide(world, world.added);
      const after = decide(world);
      // Whether health is believed depends on how many regions look healthy, which a new one may change.
      fc.pre(before.panic === after.panic);
      const [was, is] = [before.candidates[0]?.region, after.candidates[0]?.region];
      expect([was, world.added]).toContain(is);
    }),
    { numRuns: 2000 },
  );
});

test('whoever is served by a reserve could not be by a healthy region of a lower priority, unless they asked for it', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { candidates, winner, pinned } = decide(world);
      fc.pre(winner !== undefined && !pinned);
      const priorityOf = (region: string) => steeringOf(world, region).priority ?? 1;
      const healthy = candidates.filter(({ effects }) => !effects.some(({ effect }) => effect === 'demote'));
      const least = Math.min(
        ...(healthy.length > 0 ? healthy : candidates).map((each) => priorityOf(each.region)),
      );
      expect(priorityOf(winner ?? '')).toBe(least);
    }),
    { numRuns: 1000 },
  );
});

test('whatever is observed and configured: a permitted region or a typed refusal, always the same', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const decision = decide(world);
      expect(decide(world)).toEqual(decision);
      expect(decision.candidates.length + decision.rejected.length).toBe(IDS.length);
      expect(decision.refusal === undefined).toBe(decision.candidates.length > 0);
      for (const { region } of decision.candidates) {
        const { enabled, drain, residency } = steeringOf(world, region);
        expect([enabled, drain]).toEqual([true, false]);
        expect(isPermitted(residency, world.request)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

function decide(world: World, leftOut?: string) {
  const plan = planOf((config) => ({
    ...config,
    routing: { ...config.routing, bandMs: world.bandMs },
    // The default stands for a place that is not known; it is the same with and without the new region.
    defaultRegion: IDS.find((id) => id !== world.added) ?? '',
    regions: config.regions
      .filter(({ id }) => id !== leftOut)
      .map((region) => ({ ...region, ...steeringOf(world, region.id) })),
  }));
  const regions = new Map(IDS.map((id) => [id, observedOf(world, id)]));
  const { incumbent } = world;
  const observations = { regions, ...(incumbent !== undefined && { incumbent }) };
  return getOptimalRegion(world.request, { plan, observations, now: 1_000_000 });
}

function steeringOf(world: World, id: string): Partial<RegionConfig> {
  return world.steering[IDS.indexOf(id)] ?? {};
}

function observedOf(world: World, id: string): RegionObservation {
  return world.observed[IDS.indexOf(id)] ?? {};
}

/** The rules again, from the point of view of one client. */
function isPermitted(residency: RegionConfig['residency'] = {}, { cf }: RoutingRequest): boolean {
  const { country, isEUCountry } = cf as { country: string; isEUCountry: string | undefined };
  const places = [country, ...(isEUCountry === '1' || country === 'FR' ? ['EU'] : [])];
  const isIn = (rule: readonly string[] | undefined) => rule?.some((place) => places.includes(place));
  return !isIn(residency.deny) && isIn(residency.allow) !== false;
}
