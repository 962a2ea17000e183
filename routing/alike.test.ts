import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../test/support/data/checked-in.ts';
import { decidesAlike, likenessOf } from './alike.ts';
import { entryOf } from './entry.ts';
import { NOTHING_OBSERVED, type Observations, type RegionObservation } from './observation.ts';
import { getOptimalRegion, type RoutingRequest } from './optimal-region.ts';

const plan = planOf();
const IDS = plan.regions.map(({ id }) => id);
const drawing = planOf((config) => ({ ...config, routing: { ...config.routing, bandMs: 20 } }));

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const ids = fc.constantFrom(...IDS, 'mars', 'null', '');
const requests = fc.record({
  cf: fc.record({
    colo: fc.constantFrom('LHR', 'SYD', 'QQQ', undefined),
    country: fc.constantFrom('GB', 'DE', 'XX', undefined),
    isEUCountry: fc.constantFrom('1', undefined),
    latitude: fc.constantFrom('51.5', undefined),
    longitude: fc.constantFrom('0', undefined),
  }),
  client: optional(fc.constantFrom('192.0.2.1', '192.0.2.2')),
  preferred: optional(fc.array(ids, { maxLength: 2 })),
  forced: optional(ids),
  previous: optional(ids),
  onlyOwn: optional(fc.boolean()),
  notes: optional(fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 })),
}) as fc.Arbitrary<RoutingRequest>;
const observation: fc.Arbitrary<RegionObservation> = fc.record(
  {
    state: fc.constantFrom('up', 'asleep', 'down', 'unreachable'),
    clients: fc.nat(2_000),
    measurement: fc.record({ ms: fc.integer({ min: 1, max: 300 }), samples: fc.nat(5) }),
    meshShare: fc.constantFrom(0, 1),
    refusedAt: fc.integer({ min: 0, max: 4_000 }),
    ejectedUntil: fc.integer({ min: 0, max: 4_000 }),
  },
  { requiredKeys: [] },
);
const observations: fc.Arbitrary<Observations> = fc
  .tuple(fc.dictionary(fc.constantFrom(...IDS), observation), optional(fc.constantFrom(...IDS)))
  .map(([regions, incumbent]) => ({
    regions: new Map(Object.entries(regions)),
    ...(incumbent !== undefined && { incumbent }),
  }));

describe('requests that are alike', () => {
  test('get the same decision, whoever the client is and whenever it comes', () => {
    let alike = 0;
    fc.assert(
      fc.property(
        requests,
        requests,
        observations,
        fc.nat(4_000),
        fc.nat(4_000),
        (one, other, seen, at, then) => {
          if (!decidesAlike(plan, seen)) return;
          const place = (request: RoutingRequest) => likenessOf(request, entryOf(request.cf, plan));
          // Most pairs differ: the same request of another client is alike.
          for (const request of [other, { ...one, client: other.client }]) {
            if (place(one) !== place(request)) continue;
            alike += 1;
            const decisions = [
              getOptimalRegion(one, { plan, observations: seen, now: at }),
              getOptimalRegion(request, { plan, observations: seen, now: then }),
            ];
            expect(decisions[0]).toEqual(decisions[1]);
          }
        },
      ),
      { numRuns: 2_000 },
    );
    expect(alike).toBeGreaterThan(100);
  });

  test.each<[string, RoutingRequest, RoutingRequest]>([
    ['data center', { cf: { colo: 'LHR' } }, { cf: { colo: 'SYD' } }],
    ['country', { cf: { colo: 'LHR', country: 'GB' } }, { cf: { colo: 'LHR', country: 'DE' } }],
    ['wish', { preferred: ['weur'] }, { preferred: ['enam'] }],
    ['kind of wish', { forced: 'weur' }, { previous: 'weur' }],
    ['note', { notes: ['a'] }, {}],
    ['door', { onlyOwn: true }, { onlyOwn: false }],
  ])('have the same %s', (_what, one, other) => {
    const [first, second] = [one, other].map((each) => likenessOf(each, entryOf(each.cf, plan)));
    expect(first).not.toBe(second);
  });
});

describe('a decision is not shared', () => {
  test('where clients of one place are drawn apart', () => {
    expect(decidesAlike(plan, NOTHING_OBSERVED)).toBe(true);
    expect(decidesAlike(drawing, NOTHING_OBSERVED)).toBe(false);
  });

  test.each<RegionObservation>([{ refusedAt: 1 }, { ejectedUntil: 1 }])(
    'while a region is avoided for a time: %j',
    (seen) => {
      expect(decidesAlike(plan, { regions: new Map([['weur', seen]]) })).toBe(false);
    },
  );
});
