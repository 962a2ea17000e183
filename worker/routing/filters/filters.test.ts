import { describe, expect, test } from 'vitest';
import type { MeridianConfig, RegionConfig } from '../../../regions/config.ts';
import { planOf } from '../checked-in.test-data.ts';
import type { Decision } from '../decision.ts';
import { decisionTable } from '../decision-text.ts';
import type { Observations, RegionObservation } from '../observation.ts';
import { getOptimalRegion, type RoutingRequest } from '../optimal-region.ts';
import type { RoutingPlan } from '../plan.ts';

const NOW = 1_000_000;
const LONDON = { cf: { colo: 'LHR', country: 'GB' } };
const PARIS = { cf: { colo: 'CDG', country: 'FR', isEUCountry: '1' } };
const SYDNEY = { cf: { colo: 'SYD', country: 'AU' } };

describe('enabled', () => {
  test('a disabled region is dropped, and says so', () => {
    const decision = decide(LONDON, { regions: { weur: { enabled: false } } });
    expect(ranked(decision)).not.toContain('weur');
    expect(decision.rejected).toMatchObject([{ region: 'weur', effects: [{ code: 'disabled' }] }]);
  });

  test.each([
    ['in the configuration', { regions: { weur: { drain: true } } }],
    ['by its own word', { observed: { weur: { state: 'draining' } } }],
  ])('a region that drains %s is dropped', (_how, setting) => {
    expect(decide(LONDON, setting).rejected).toMatchObject([
      { region: 'weur', effects: [{ code: 'draining' }] },
    ]);
  });
});

describe('health', () => {
  test.each<[string, RegionObservation, string]>([
    ['is down', { state: 'down' }, 'state'],
    ['does not answer', { state: 'unreachable' }, 'state'],
    ['is ejected', { ejectedUntil: NOW + 1 }, 'ejected'],
    ['is cut off from most others', { state: 'up', meshShare: 0.49 }, 'cut-off'],
  ])('a region that %s comes last, but stays a candidate', (_what, weur, code) => {
    const decision = decide(LONDON, { observed: { weur } });
    expect(ranked(decision).at(-1)).toBe('weur');
    expect(decision.candidates.at(-1)?.effects).toMatchObject([{ effect: 'demote', code }]);
  });

  test.each<[string, RegionObservation]>([
    ['is up', { state: 'up', meshShare: 0.5 }],
    ['starts', { state: 'starting' }],
    ['was ejected until now', { ejectedUntil: NOW }],
  ])('a region that %s is where it belongs', (_what, weur) => {
    expect(ranked(decide(LONDON, { observed: { weur } }))[0]).toBe('weur');
  });

  test('with half of the regions unhealthy health counts, with more it is a panic and does not', () => {
    const down = (ids: string[]) => Object.fromEntries(ids.map((id) => [id, { state: 'down' }]));
    const half = decide(LONDON, { observed: down(['weur', 'oc', 'apac']) });
    expect([half.panic, ranked(half)[0]]).toEqual([false, 'eeur']);
    const most = decide(LONDON, { observed: down(['weur', 'oc', 'apac', 'enam']) });
    expect([most.panic, ranked(most)[0]]).toEqual([true, 'weur']);
    expect(decisionTable(most)).toContain('panic');
  });

  test('it can be switched off, everywhere or for one region', () => {
    const observed = { weur: { state: 'down' } };
    expect(ranked(decide(LONDON, { observed, routing: { off: ['health'] } }))[0]).toBe('weur');
    expect(ranked(decide(LONDON, { observed, regions: { weur: { off: ['health'] } } }))[0]).toBe('weur');
    expect(ranked(decide(LONDON, { observed, regions: { eeur: { off: ['health'] } } }))[0]).toBe('eeur');
  });
});

describe('residency', () => {
  test('a denied country goes elsewhere, others do not', () => {
    const regions = { weur: { residency: { deny: ['GB'] } } };
    expect(ranked(decide(LONDON, { regions }))).not.toContain('weur');
    expect(ranked(decide(PARIS, { regions }))[0]).toBe('weur');
  });

  test('"EU" stands for all of the European Union', () => {
    const regions = { weur: { residency: { allow: ['EU'] } } };
    expect(ranked(decide(PARIS, { regions }))[0]).toBe('weur');
    expect(ranked(decide({ cf: { colo: 'CDG', country: 'FR' } }, { regions }))[0]).toBe('weur');
    expect(ranked(decide(LONDON, { regions }))).not.toContain('weur');
  });

  test.each([{}, { country: 'XX' }, { country: 'T1' }, { country: 7 }, { country: 'fr' }])(
    'a client whose country is not known (%j) is not among the allowed, nor among the denied',
    (place) => {
      const cf = { colo: 'CDG', ...place };
      expect(ranked(decide({ cf }, { regions: { weur: { residency: { allow: ['FR'] } } } }))).not.toContain(
        'weur',
      );
      expect(ranked(decide({ cf }, { regions: { weur: { residency: { deny: ['FR'] } } } }))).toContain(
        'weur',
      );
    },
  );

  test('a client that no region may serve is refused, even if it is pinned or there is a panic', () => {
    const everywhere = { residency: { deny: ['GB'] } };
    const regions = Object.fromEntries(planOf().regions.map(({ id }) => [id, everywhere]));
    for (const request of [LONDON, { ...LONDON, preferred: ['weur'] }, { ...LONDON, forced: 'weur' }]) {
      expect(decide(request, { regions })).toMatchObject({ candidates: [], refusal: 'residency' });
    }
  });
});

describe('pins', () => {
  test('a forced region is the only one', () => {
    const decision = decide({ ...LONDON, forced: 'oc' });
    expect([ranked(decision), decision.pinned]).toEqual([['oc'], false]);
  });

  test('a forced region that cannot serve, or does not exist, is a refusal', () => {
    expect(decide({ ...LONDON, forced: 'oc' }, { regions: { oc: { enabled: false } } })).toMatchObject({
      refusal: 'forced',
    });
    expect(decide({ ...LONDON, forced: 'mars' })).toMatchObject({ refusal: 'forced' });
  });

  test('a preferred region that the rules forbid is not taken', () => {
    const decision = decide(
      { ...LONDON, preferred: ['oc'] },
      { regions: { oc: { residency: { deny: ['GB'] } } } },
    );
    expect(ranked(decision)).not.toContain('oc');
  });
});

describe('the estimate', () => {
  test('a bias moves the border', () => {
    const near = ranked(decide({ cf: { colo: 'LHR' } }, { regions: { weur: { bias: 10 } } }));
    expect(near[0]).toBe('eeur');
  });

  test('measurements correct the model', () => {
    const measurement = (meanMs: number) => ({ measurement: { meanMs, varianceMs2: 1, samples: 20 } });
    const observed = { weur: measurement(80), eeur: measurement(20) };
    expect(ranked(decide(LONDON, { observed }))[0]).toBe('eeur');
  });

  test('the choice so far stays until another one is better by ratio and floor', () => {
    const measurement = (meanMs: number) => ({ measurement: { meanMs, varianceMs2: 0, samples: 1e9 } });
    const routing = { flipRatio: 1.1, flipFloorMs: 5 };
    const first = (weur: number, eeur: number) => {
      const observed = { weur: measurement(weur), eeur: measurement(eeur) };
      return ranked(decide(LONDON, { observed, routing, incumbent: 'weur' }))[0];
    };
    expect(first(20, 16)).toBe('weur');
    expect(first(30, 15)).toBe('eeur');
    expect(first(100, 95)).toBe('weur');
  });
});

describe('capacity', () => {
  const limits = { maxConnections: 100, softConnections: 80, maxPayloadBytes: 1_048_576 };
  const regions = { weur: { limits } };
  const withClients = (clients: number) =>
    decide(LONDON, { regions, observed: { weur: { state: 'up', clients } } });

  test('a region below its soft limit is chosen, at the soft limit it spills to a near one', () => {
    expect(ranked(withClients(79))[0]).toBe('weur');
    expect(ranked(withClients(80))[0]).toBe('eeur');
  });

  test('where every other region is farther than the spill, it keeps its clients', () => {
    const observed = { oc: { state: 'up', clients: 80 } };
    expect(ranked(decide(SYDNEY, { regions: { oc: { limits } }, observed }))[0]).toBe('oc');
  });

  test('a full region takes nobody', () => {
    expect(ranked(withClients(99))).toContain('weur');
    expect(withClients(100).rejected).toMatchObject([{ region: 'weur', effects: [{ code: 'full' }] }]);
  });
});

describe('warmth', () => {
  const regions = { weur: { keepAwake: false }, oc: { keepAwake: false } };

  test('an awake region nearby serves now while the sleeping one is woken', () => {
    const decision = decide(LONDON, { regions, observed: { weur: { state: 'asleep' } } });
    expect([ranked(decision)[0], decision.wake]).toEqual(['eeur', 'weur']);
  });

  test('a sleeping region is started by its client where every other is too far', () => {
    const decision = decide(SYDNEY, {
      regions,
      observed: { oc: { state: 'asleep' } },
      routing: { coldStartMs: 1000 },
    });
    expect([ranked(decision)[0], decision.wake]).toEqual(['oc', undefined]);
  });
});

describe('affinity', () => {
  test('a returning client goes back while no other region is better by the margin', () => {
    const measurement = (meanMs: number) => ({ measurement: { meanMs, varianceMs2: 0, samples: 1e9 } });
    const back = (eeur: number) => {
      const observed = { weur: measurement(20), eeur: measurement(eeur) };
      return ranked(decide({ ...LONDON, previous: 'eeur' }, { observed }))[0];
    };
    expect(back(24)).toBe('eeur');
    expect(back(40)).toBe('weur');
  });
});

describe('shares and dials', () => {
  const clients = Array.from({ length: 4000 }, (_, index) => `203.0.113.${index}`);
  const measurement = (meanMs: number) => ({ measurement: { meanMs, varianceMs2: 0, samples: 1e9 } });
  const shareOf = (region: string, setting: Setting) =>
    clients.filter((client) => ranked(decide({ ...LONDON, client }, setting))[0] === region).length /
    clients.length;

  test('equally good regions share clients by weight', () => {
    const observed = { weur: measurement(20), eeur: measurement(20) };
    const share = shareOf('weur', { observed, routing: { bandMs: 10 }, regions: { weur: { weight: 300 } } });
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });

  test('a region that is farther by the band gets none', () => {
    const setting = { observed: { weur: measurement(20), eeur: measurement(31) }, routing: { bandMs: 10 } };
    expect(shareOf('eeur', setting)).toBe(0);
  });

  test('a dial takes its percentage, and turning it up only adds clients', () => {
    const taken = (dial: number) => {
      const setting = { regions: { weur: { dial } } };
      return new Set(
        clients.filter((client) => ranked(decide({ ...LONDON, client }, setting))[0] === 'weur'),
      );
    };
    const [none, some, half, all] = [taken(0), taken(10), taken(50), taken(100)];
    expect(none.size).toBe(0);
    expect(some.size / clients.length).toBeCloseTo(0.1, 1);
    expect(half.size / clients.length).toBeCloseTo(0.5, 1);
    expect(all.size).toBe(clients.length);
    expect([...some].every((client) => half.has(client))).toBe(true);
  });
});

interface Setting {
  readonly regions?: Readonly<Record<string, Partial<RegionConfig>>>;
  readonly routing?: Partial<MeridianConfig['routing']>;
  readonly observed?: Readonly<Record<string, RegionObservation>>;
  readonly incumbent?: string;
}

function decide(request: RoutingRequest, setting: Setting = {}): Decision {
  const { observed = {}, incumbent } = setting;
  const observations: Observations = {
    regions: new Map(Object.entries(observed)),
    ...(incumbent !== undefined && { incumbent }),
  };
  return getOptimalRegion(request, { plan: planFor(setting), observations, now: NOW });
}

/** Compiled once per setting, as in the product. */
const plans = new WeakMap<Setting, RoutingPlan>();

function planFor(setting: Setting): RoutingPlan {
  const { regions = {}, routing = {} } = setting;
  const known = plans.get(setting);
  if (known !== undefined) return known;
  const plan = planOf((config) => ({
    ...config,
    routing: { ...config.routing, ...routing },
    regions: config.regions.map((region) => ({ ...region, ...regions[region.id] })),
  }));
  plans.set(setting, plan);
  return plan;
}

function ranked({ candidates }: Decision): string[] {
  return candidates.map(({ region }) => region);
}
