import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MeridianConfig } from '../regions/config.ts';
import { planOf } from '../test/support/data/checked-in.ts';
import { compactDecision } from './decision-text.ts';
import { NOTHING_OBSERVED } from './observation.ts';
import { getOptimalRegion, type RoutingRequest } from './optimal-region.ts';
import type { RoutingPlan } from './plan.ts';

const plan = planOf();
const IDS = plan.regions.map(({ id }) => id);

describe('a client is sent to its own part of the world:', () => {
  test.each([
    ['SEA', 'wnam'],
    ['SFO', 'wnam'],
    ['LAX', 'wnam'],
    ['DEN', 'wnam'],
    ['YVR', 'wnam'],
    ['IAD', 'enam'],
    ['EWR', 'enam'],
    ['ATL', 'enam'],
    ['MIA', 'enam'],
    ['YYZ', 'enam'],
    ['BOG', 'enam'],
    ['LHR', 'weur'],
    ['CDG', 'weur'],
    ['MAD', 'weur'],
    ['LIS', 'weur'],
    ['WAW', 'eeur'],
    ['VIE', 'eeur'],
    ['TXL', 'eeur'],
    ['PRG', 'eeur'],
    ['NRT', 'apac'],
    ['ICN', 'apac'],
    ['HKG', 'apac'],
    ['TPE', 'apac'],
    ['SYD', 'oc'],
    ['MEL', 'oc'],
    ['AKL', 'oc'],
    ['BNE', 'oc'],
  ])('from %s to %s', (colo, region) => {
    expect(rank({ cf: { colo } })[0]).toBe(region);
  });

  test.each([
    ['CA', 'enam'],
    ['FR', 'weur'],
    ['PL', 'eeur'],
    ['JP', 'apac'],
    ['NZ', 'oc'],
  ])('from somewhere in %s to %s', (country, region) => {
    expect(rank({ cf: { country } })[0]).toBe(region);
  });
});

describe('the regions that a request prefers', () => {
  test('come first, in its order, before the near ones', () => {
    const ranked = rank({ cf: { colo: 'LHR' }, preferred: ['oc', 'apac'] });
    expect(ranked.slice(0, 3)).toEqual(['oc', 'apac', 'weur']);
  });

  test('named twice are ranked once', () => {
    const ranked = rank({ cf: { colo: 'LHR' }, preferred: ['oc', 'oc', 'apac', 'oc'] });
    expect(ranked.toSorted()).toEqual(IDS.toSorted());
    expect(ranked.slice(0, 2)).toEqual(['oc', 'apac']);
  });

  test('that do not exist are noted, and change nothing', () => {
    const decision = decide({ cf: { colo: 'LHR' }, preferred: ['mars'] });
    expect(decision.notes).toEqual(['there is no region "mars", ignored']);
    expect(decision.pinned).toBe(false);
    expect(decision.candidates[0]?.region).toBe('weur');
  });
});

describe('what a request asks for in vain', () => {
  test('is noted: a region to go back to that is gone', () => {
    const { notes } = decide({ cf: { colo: 'LHR' }, previous: 'mars' });
    expect(notes).toEqual(['there is no region "mars" to go back to, ignored']);
    expect(decide({ cf: { colo: 'LHR' }, previous: 'oc' }).notes).toEqual([]);
  });

  test('is named up to five times, and counted beyond', () => {
    const preferred = Array.from({ length: 7 }, (_, index) => `r${index}`);
    const { notes } = decide({ cf: { colo: 'LHR' }, preferred: [...preferred, ...preferred] });
    expect(notes).toHaveLength(6);
    expect(notes.at(-1)).toBe('2 more regions that do not exist, ignored');
    expect(decide({ cf: { colo: 'LHR' }, preferred: preferred.slice(0, 5) }).notes).toHaveLength(5);
  });

  test('comes after what was ignored before', () => {
    const { notes } = decide({ cf: { colo: 'LHR' }, preferred: ['mars'], notes: ['too many'] });
    expect(notes).toEqual(['too many', 'there is no region "mars", ignored']);
  });

  test('is noted in few words, whatever it is', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decide(request).notes.join('').length).toBeLessThan(1_000);
      }),
    );
  });
});

describe('properties of every decision', () => {
  test('whatever the request, it is a ranking of all enabled regions, and of no other', () => {
    fc.assert(
      fc.property(requests, fc.subarray(IDS), (request, disabled) => {
        const decision = decide(request, without(disabled));
        const enabledIds = IDS.filter((id) => !disabled.includes(id));
        expect(decision.candidates.map(({ region }) => region).toSorted()).toEqual(enabledIds.toSorted());
        expect(decision.rejected.map(({ region }) => region).toSorted()).toEqual(disabled.toSorted());
        expect(decision.winner).toBe(decision.candidates[0]?.region);
        expect(decision.failover).toBeUndefined();
      }),
    );
  });

  test('the same request and state give the same decision', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decide(request)).toEqual(decide(request));
        // Also before anything was computed: estimates of places are cached.
        expect(decide(request, planOf())).toEqual(decide(request));
      }),
    );
  });

  test('the order in which the regions are configured makes no difference', () => {
    const reversed = planOf((config) => ({ ...config, regions: config.regions.toReversed() }));
    fc.assert(
      fc.property(requests, (request) => {
        expect(rank(request, reversed)).toEqual(rank(request));
      }),
    );
  });

  test('neither request nor plan is changed', () => {
    const before = structuredClone(plan.config);
    fc.assert(
      fc.property(requests, (request) => {
        decide(Object.freeze({ ...request, preferred: Object.freeze([...(request.preferred ?? [])]) }));
      }),
    );
    expect(plan.config).toEqual(before);
  });

  test('its compact form can be a header, and names every candidate in its order', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const decision = decide(request);
        const compact = compactDecision(decision);
        expect(compact).toContain(`;rank=${decision.candidates.map(({ region }) => region).join(',')};`);
        expect(new Headers({ 'x-nats-decision': compact }).get('x-nats-decision')).toBe(compact);
        expect(compact.length).toBeLessThan(300);
      }),
    );
  });
});

test('with every region disabled there is no candidate, and the decision says why', () => {
  const decision = decide({ cf: { colo: 'LHR' } }, without(IDS));
  expect(decision).toMatchObject({ candidates: [], refusal: { name: 'nowhere', code: 'no_region' } });
  expect(decision.rejected).toHaveLength(IDS.length);
});

test('the compact form says version, entry, rank and estimates', () => {
  const compact = compactDecision(decide({ cf: { colo: 'SYD' } }));
  expect(compact).toMatch(/^v=0;entry=colo:SYD;rank=oc,[a-z,]+;ms=\d+(,\d+){5}$/);
});

test('the compact form flags a pin', () => {
  const decision = decide({ cf: { colo: 'SYD' }, preferred: ['weur'] });
  expect(compactDecision(decision)).toMatch(/;flags=pin$/);
});

/** Requests of any kind: with a valid or invalid place, and preferences that may or may not be regions. */
const requests: fc.Arbitrary<RoutingRequest> = fc.record(
  {
    cf: fc.oneof(
      fc.anything(),
      fc.record({ colo: fc.constantFrom('SYD', 'AMS', 'QQQ', 'JNB') }),
      fc.record({
        latitude: fc.double({ min: -90, max: 90 }).map(String),
        longitude: fc.double({ min: -180, max: 180 }).map(String),
      }),
      fc.record({ country: fc.string(), continent: fc.anything() }),
    ),
    preferred: fc.array(fc.oneof(fc.constantFrom(...IDS), fc.string())),
    client: fc.string(),
    previous: fc.oneof(fc.constantFrom(...IDS), fc.string()),
  },
  { requiredKeys: [] },
);

function decide(request: RoutingRequest, with_: RoutingPlan = plan) {
  return getOptimalRegion(request, { plan: with_, observations: NOTHING_OBSERVED, now: 0 });
}

function rank(request: RoutingRequest, with_: RoutingPlan = plan): string[] {
  return decide(request, with_).candidates.map(({ region }) => region);
}

function without(disabled: readonly string[]): RoutingPlan {
  return planOf((config: MeridianConfig) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, enabled: !disabled.includes(region.id) })),
  }));
}
