import { describe, expect, test } from 'vitest';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { externalRegion } from '../../test/support/data/external-region.ts';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import type { Decision } from '../decision.ts';
import { compactDecision, decisionTable } from '../decision-text.ts';
import type { Observations, RegionObservation } from '../observation.ts';
import { getOptimalRegion, type RoutingRequest } from '../optimal-region.ts';
import { compileRouting, type RoutingPlan } from '../plan.ts';

const NOW = 1_000_000;
const LONDON = { cf: { colo: 'LHR', country: 'GB' } };
const PARIS = { cf: { colo: 'CDG', country: 'FR', isEUCountry: '1' } };
const SYDNEY = { cf: { colo: 'SYD', country: 'AU' } };

describe('external', () => {
  const london = externalRegion({ latitude: 51.5, longitude: 0 });
  const plan = compileRouting(configOf([region('weur'), london]), 0);
  const decideOf = (request: RoutingRequest, seen: RegionObservation = {}) =>
    getOptimalRegion(request, { plan, observations: { regions: new Map([['office', seen]]) }, now: NOW });

  test('one that is near gets NATS clients, and nothing else', () => {
    expect(decideOf(LONDON).winner).toBe('office');
    const decision = decideOf({ ...LONDON, onlyOwn: true });
    expect(decision.winner).toBe('weur');
    expect(decision.rejected).toMatchObject([{ region: 'office', effects: [{ code: 'not-ours' }] }]);
    expect(decisionTable(decision)).toContain('external: takes NATS clients only');
  });

  test('is never full nor asleep, since how many clients it has is unknown', () => {
    expect(decideOf(LONDON, { clients: 1_000_000 }).winner).toBe('office');
    expect(decideOf(LONDON, { state: 'asleep' }).candidates[0]?.effects).toEqual([]);
  });

  test('the record says why one that does not answer comes last', () => {
    const decision = decideOf(LONDON, { state: 'unreachable', problem: 'it closes after INFO' });
    expect(decision.candidates.at(-1)?.region).toBe('office');
    expect(decisionTable(decision)).toContain('last: it closes after INFO');
  });
});

describe('enabled', () => {
  test('a disabled region is dropped, and says so', () => {
    const decision = decide(LONDON, { regions: { weur: { enabled: false } } });
    expect(ranked(decision)).not.toContain('weur');
    expect(decision.rejected).toMatchObject([{ region: 'weur', effects: [{ code: 'disabled' }] }]);
  });

  test('a region that drains in the configuration is dropped', () => {
    expect(decide(LONDON, { regions: { weur: { drain: true } } }).rejected).toMatchObject([
      { region: 'weur', effects: [{ code: 'draining' }] },
    ]);
  });

  test('one that drains by its own word comes last: it may be over since, and it says so itself if not', () => {
    const draining = { state: 'draining' } as const;
    const one = decide(LONDON, { observed: { weur: draining } });
    expect(one.candidates.at(-1)).toMatchObject({ region: 'weur', effects: [{ code: 'says-draining' }] });
    const all = Object.fromEntries(ranked(one).map((region) => [region, draining]));
    expect(decide(LONDON, { observed: all })).toMatchObject({ winner: 'weur', rejected: [] });
  });

  test('one that is cut off besides comes no later: among demoted regions the priority decides', () => {
    const cutOff = { meshShare: 0 };
    const observed = Object.fromEntries(planOf().regions.map(({ id }) => [id, cutOff]));
    const decision = decide(LONDON, {
      regions: Object.fromEntries(
        planOf().regions.map(({ id }) => [id, { priority: id === 'weur' ? 1 : 2 }]),
      ),
      // Without the panic that would ignore that all are cut off.
      routing: { panicShare: 0 },
      observed: { ...observed, weur: { state: 'draining', ...cutOff } },
    });
    expect(decision).toMatchObject({ panic: false, winner: 'weur' });
  });
});

const DOWN: RegionObservation = { state: 'down' };
const upWith = (clients: number): RegionObservation => ({ state: 'up', clients });

describe('health', () => {
  test.each<[string, RegionObservation, string]>([
    ['is down', { state: 'down' }, 'state'],
    ['is stopping', { state: 'stopping' }, 'state'],
    ['does not answer', { state: 'unreachable' }, 'unreachable'],
    ['has just refused a client', { state: 'up', refusedAt: NOW - 1_999 }, 'just-refused'],
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
    ['refused a client two seconds ago', { refusedAt: NOW - 2_000 }],
  ])('a region that %s is where it belongs', (_what, weur) => {
    expect(ranked(decide(LONDON, { observed: { weur } }))[0]).toBe('weur');
  });

  const seenAs = (seen: RegionObservation, ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id, seen]));

  test.each<[string, RegionObservation]>([
    ['do not answer', { state: 'unreachable' }],
    ['are ejected', { ejectedUntil: NOW + 1 }],
    ['are cut off', { state: 'up', meshShare: 0 }],
  ])('with half of the regions unhealthy health counts, with more that %s it is a panic', (_what, seen) => {
    const half = decide(LONDON, { observed: seenAs(seen, ['weur', 'oc', 'apac']) });
    expect([half.panic, ranked(half)[0]]).toEqual([false, 'eeur']);
    const most = decide(LONDON, { observed: seenAs(seen, ['weur', 'oc', 'apac', 'enam']) });
    expect([most.panic, ranked(most)[0]]).toEqual([true, 'weur']);
    expect(decisionTable(most)).toContain('panic');
  });

  test.each<[string, RegionObservation]>([
    ['says that it is down', DOWN],
    ['has just refused a client', { state: 'up', refusedAt: NOW - 1 }],
  ])('a region that %s is not first in a panic either', (_what, weur) => {
    const others = seenAs({ ejectedUntil: NOW + 1 }, ['eeur', 'enam', 'wnam', 'apac', 'oc']);
    const decision = decide(LONDON, { observed: { ...others, weur } });
    expect(decision.panic).toBe(true);
    expect([ranked(decision)[0], ranked(decision).at(-1)]).toEqual(['eeur', 'weur']);
  });

  test('it can be switched off, everywhere or for one region', () => {
    const observed = { weur: DOWN };
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

  test.each([
    ['T1', 'Tor'],
    ['XX', 'an unknown country'],
  ])('a rule may name %s, %s: then it matches', (country, inWords) => {
    const client = { cf: { colo: 'CDG', country } };
    const denied = decide(client, { regions: { weur: { residency: { deny: [country] } } } });
    expect(ranked(denied)).not.toContain('weur');
    expect(decisionTable(denied)).toContain(`may not serve clients from ${inWords} (rule: deny ${country})`);
    const allowed = { regions: { weur: { residency: { allow: [country] } } } };
    expect(ranked(decide(client, allowed))).toContain('weur');
    const others = decide(PARIS, allowed);
    expect(decisionTable(others)).toContain(`may only serve clients from ${country}, not from FR`);
  });

  test('a client whose country nobody stated is one of an unknown country', () => {
    const regions = { weur: { residency: { deny: ['XX'] } } };
    expect(ranked(decide({ cf: { colo: 'CDG' } }, { regions }))).not.toContain('weur');
    expect(ranked(decide({ cf: { colo: 'CDG', country: 'T1' } }, { regions }))).toContain('weur');
    expect(ranked(decide(PARIS, { regions }))).toContain('weur');
  });

  test('a client of the European Union whose country is unknown falls under both', () => {
    const client = { cf: { colo: 'CDG', isEUCountry: '1' } };
    for (const code of ['EU', 'XX']) {
      const setting = { regions: { weur: { residency: { deny: [code] } } } };
      expect(ranked(decide(client, setting))).not.toContain('weur');
    }
  });

  test('a client that no region may serve is refused, even if it is pinned or there is a panic', () => {
    const everywhere = { residency: { deny: ['GB'] } };
    const regions = Object.fromEntries(planOf().regions.map(({ id }) => [id, everywhere]));
    for (const request of [LONDON, { ...LONDON, preferred: ['weur'] }, { ...LONDON, forced: 'weur' }]) {
      expect(decide(request, { regions })).toMatchObject({ candidates: [], refusal: { name: 'residency' } });
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
      refusal: { name: 'forced', code: 'forced_region_unavailable' },
    });
    expect(decide({ ...LONDON, forced: 'mars' })).toMatchObject({ refusal: { name: 'forced' } });
  });

  test('a preferred region that the rules forbid is not taken', () => {
    const decision = decide(
      { ...LONDON, preferred: ['oc'] },
      { regions: { oc: { residency: { deny: ['GB'] } } } },
    );
    expect(ranked(decision)).not.toContain('oc');
  });
});

describe('priority', () => {
  const reserve = { weur: { priority: 2 } };

  test('a region in reserve comes after all others, however near it is, and says so', () => {
    const decision = decide(LONDON, { regions: { ...reserve, eeur: { priority: 3 } } });
    expect(ranked(decision).slice(-2)).toEqual(['weur', 'eeur']);
    expect(decision.candidates.find(({ region }) => region === 'weur')).toMatchObject({
      tier: 1,
      effects: [{ effect: 'postpone', code: 'reserve', priority: 2 }],
    });
    expect(decisionTable(decision)).toContain('in reserve: priority 2');
    expect(decision.failover).toBeUndefined();
  });

  test('it serves once no healthy region of a lower number can, before those that are not healthy', () => {
    const others = ['wnam', 'enam', 'eeur', 'apac'];
    const gone = Object.fromEntries(others.map((id) => [id, { enabled: false }]));
    const regions = { ...reserve, ...gone };
    expect(ranked(decide(LONDON, { regions }))).toEqual(['oc', 'weur']);
    const down = { oc: DOWN };
    const routing = { panicShare: 0 };
    expect(ranked(decide(LONDON, { regions, routing, observed: down }))).toEqual(['weur', 'oc']);
    const both = { ...down, weur: DOWN };
    expect(ranked(decide(LONDON, { regions, routing, observed: both }))).toEqual(['oc', 'weur']);
  });

  test('it serves when those before it are full, and not when they are over their soft limits only', () => {
    const limits = {
      maxConnections: 100,
      softConnections: 80,
      maxUnauthenticatedPerAddress: 20,
      maxUnauthenticated: 200,
      maxPayloadBytes: 1_048_576,
    };
    const regions = Object.fromEntries(
      planOf().regions.map(({ id }) => [id, { limits, priority: id === 'eeur' ? 2 : 1 }]),
    );
    const all = (clients: number) =>
      Object.fromEntries(['wnam', 'enam', 'weur', 'apac', 'oc'].map((id) => [id, upWith(clients)]));
    expect(ranked(decide(LONDON, { regions, observed: all(99) }))[0]).toBe('weur');
    expect(ranked(decide(LONDON, { regions, observed: all(100) }))[0]).toBe('eeur');
  });

  test('spilling stays within a priority: the next region of the same number is taken', () => {
    const limits = {
      maxConnections: 100,
      softConnections: 80,
      maxUnauthenticatedPerAddress: 20,
      maxUnauthenticated: 200,
      maxPayloadBytes: 1_048_576,
    };
    const regions = { weur: { limits, priority: 2 }, eeur: { priority: 2 } };
    const gone = Object.fromEntries(['wnam', 'enam', 'apac', 'oc'].map((id) => [id, { priority: 3 }]));
    const observed = { weur: upWith(80) };
    expect(ranked(decide(LONDON, { regions: { ...gone, ...regions }, observed })).slice(0, 2)).toEqual([
      'eeur',
      'weur',
    ]);
  });

  test('a sleeping region is not passed over for one in reserve, and none in reserve is woken', () => {
    const asleep = { keepAwake: false };
    const regions = Object.fromEntries(planOf().regions.map(({ id }) => [id, { priority: 2 }]));
    const first = { ...regions, oc: asleep };
    const decision = decide(LONDON, { regions: first, observed: { oc: { state: 'asleep' } } });
    expect([ranked(decision)[0], decision.wake]).toEqual(['oc', undefined]);
    const second = { weur: { ...asleep, priority: 2 } };
    expect(decide(LONDON, { regions: second, observed: { weur: { state: 'asleep' } } }).wake).toBeUndefined();
  });

  test('who asks for a region in reserve gets it', () => {
    expect(ranked(decide({ ...LONDON, preferred: ['weur'] }, { regions: reserve }))[0]).toBe('weur');
  });

  test('it can be switched off, everywhere or for one region', () => {
    expect(ranked(decide(LONDON, { regions: reserve, routing: { off: ['priority'] } }))[0]).toBe('weur');
    const off = { weur: { priority: 2, off: ['priority'] as const } };
    expect(ranked(decide(LONDON, { regions: off as never }))[0]).toBe('weur');
  });
});

describe('a failover', () => {
  const limits = {
    maxConnections: 100,
    softConnections: 80,
    maxUnauthenticatedPerAddress: 20,
    maxUnauthenticated: 200,
    maxPayloadBytes: 1_048_576,
  };

  test.each<[string, RegionObservation, string]>([
    ['is down', { state: 'down' }, 'state'],
    ['is ejected', { ejectedUntil: NOW + 1 }, 'ejected'],
    ['is cut off', { state: 'up', meshShare: 0 }, 'cut-off'],
    ['is full', { state: 'up', clients: 100 }, 'full'],
    ['spills', { state: 'up', clients: 80 }, 'over-soft-limit'],
  ])('is said where the region of the client %s, with the reason', (_what, weur, code) => {
    const decision = decide(LONDON, { regions: { weur: { limits } }, observed: { weur } });
    expect(decision.winner).toBe('eeur');
    expect(decision.failover).toMatchObject({ from: 'weur', cause: { code } });
    expect(compactDecision(decision)).toMatch(new RegExp(`;flags=failover;from=weur:${code}$`));
    expect(decisionTable(decision)).toContain('failover from weur to eeur: ');
  });

  test.each<[string, Setting]>([
    ['is disabled', { regions: { weur: { enabled: false } } }],
    ['drains', { observed: { weur: { state: 'draining' } } }],
    ['may not serve the client', { regions: { weur: { residency: { deny: ['GB'] } } } }],
    ['is dialled down', { regions: { weur: { dial: 0 } } }],
    ['sleeps', { regions: { weur: { keepAwake: false } }, observed: { weur: { state: 'asleep' } } }],
  ])('is not said where the region %s: that is as it should be', (_what, setting) => {
    expect(decide(LONDON, setting)).toMatchObject({ winner: 'eeur' });
    expect(decide(LONDON, setting).failover).toBeUndefined();
  });

  test('is none where something is wrong with a region that would not serve the client anyway', () => {
    expect(decide(LONDON, { observed: { oc: { state: 'down' } } }).failover).toBeUndefined();
    const full = { regions: { oc: { limits } }, observed: { oc: { clients: 100 } } };
    expect(decide(LONDON, full).failover).toBeUndefined();
  });

  test('is none where the region serves for all that, as over its soft limit with nobody near', () => {
    const setting = { regions: { oc: { limits } }, observed: { oc: { clients: 80 } } };
    expect(decide(SYDNEY, setting)).toMatchObject({ winner: 'oc' });
    expect(decide(SYDNEY, setting).failover).toBeUndefined();
  });

  test('is one from the region that was asked for, when that is full', () => {
    const decision = decide(
      { ...LONDON, preferred: ['oc'] },
      { regions: { oc: { limits } }, observed: { oc: { clients: 100 } } },
    );
    expect(decision).toMatchObject({ winner: 'weur', pinned: false, failover: { from: 'oc' } });
  });

  test('is one to a region in reserve, since the first is down', () => {
    const regions = Object.fromEntries(
      ['wnam', 'enam', 'eeur', 'apac', 'oc'].map((id) => [id, { priority: 2 }]),
    );
    const decision = decide(SYDNEY, { regions, observed: { weur: { state: 'down' } } });
    expect(decision).toMatchObject({ winner: 'oc', failover: { from: 'weur', cause: { code: 'state' } } });
  });
});

describe('the estimate', () => {
  test('a bias moves the border', () => {
    const near = ranked(decide({ cf: { colo: 'LHR' } }, { regions: { weur: { bias: 10 } } }));
    expect(near[0]).toBe('eeur');
  });

  test('measurements correct the model', () => {
    const measurement = (ms: number) => ({ measurement: { ms, samples: 20 } });
    const observed = { weur: measurement(80), eeur: measurement(20) };
    expect(ranked(decide(LONDON, { observed }))[0]).toBe('eeur');
  });

  test('the choice so far stays until another one is better by ratio and floor', () => {
    const measurement = (ms: number) => ({ measurement: { ms, samples: 1e9 } });
    const routing = { flipRatio: 1.1, flipFloorMs: 5 };
    const first = (weur: number, eeur: number) => {
      const observed = { weur: measurement(weur), eeur: measurement(eeur) };
      return ranked(decide(LONDON, { observed, routing, incumbent: 'weur' }))[0];
    };
    expect(first(20, 16)).toBe('weur');
    expect(first(30, 15)).toBe('eeur');
    expect(first(60, 55)).toBe('weur');
  });

  test.each([
    [0, 1],
    [1, 9],
    [2, 2.25],
    [3, 1],
    [1e9, 1],
  ])(
    'a choice that rests on %d samples stays until another one is better by %d margins',
    (samples, times) => {
      expect(marginOf(samples, { flipRatio: 1, flipFloorMs: 7 })).toBeCloseTo(7 * times, 5);
    },
  );

  test('one that rests on a few stays until another is better by two standard deviations of the difference', () => {
    const routing = { flipRatio: 1, flipFloorMs: 0.1 };
    const four = marginOf(4, routing) ?? Number.NaN;
    expect(four).toBeGreaterThan(1);
    expect(marginOf(16, routing)).toBeCloseTo(four / 2, 5);
  });

  /** What the choice so far is given, when it measures what the model says. */
  function marginOf(samples: number, routing: Setting['routing'] & object): number | undefined {
    const of = ({ candidates }: Decision) => candidates.find(({ region }) => region === 'weur');
    const ms = of(decide(LONDON))?.estimate.priorMs ?? Number.NaN;
    const observed = { weur: { measurement: { ms, samples } } };
    const weur = of(decide(LONDON, { observed, routing, incumbent: 'weur' }));
    const cost = weur?.effects.find(({ code }) => code === 'incumbent');
    return cost?.effect === 'cost' ? -cost.ms : undefined;
  }
});

describe('capacity', () => {
  const limits = {
    maxConnections: 100,
    softConnections: 80,
    maxUnauthenticatedPerAddress: 20,
    maxUnauthenticated: 200,
    maxPayloadBytes: 1_048_576,
  };
  const regions = { weur: { limits } };
  const withClients = (clients: number) => decide(LONDON, { regions, observed: { weur: upWith(clients) } });

  test('a region below its soft limit is chosen, at the soft limit it spills to a near one', () => {
    expect(ranked(withClients(79))[0]).toBe('weur');
    expect(ranked(withClients(80))[0]).toBe('eeur');
  });

  test('where every other region is farther than the spill, it keeps its clients', () => {
    const observed = { oc: upWith(80) };
    expect(ranked(decide(SYDNEY, { regions: { oc: { limits } }, observed }))[0]).toBe('oc');
  });

  test('a hard limit that is raised counts once the server has it, one that is lowered at once', () => {
    const withServer = (clients: number, maxClients: number) =>
      ranked(decide(LONDON, { regions, observed: { weur: { state: 'up', clients, maxClients } } }));
    expect(withServer(50, 50)).not.toContain('weur');
    expect(withServer(50, 51)).toContain('weur');
    expect(withServer(99, 1000)).toContain('weur');
    expect(withServer(100, 1000)).not.toContain('weur');
  });

  test('the limit is of each server, and one that may have further ones is not full by what was seen last', () => {
    const regions = { weur: { limits, members: { min: 1, max: 3, freeConnections: 10, windowSeconds: 60 } } };
    const server = { clients: 100, maxClients: 100 };
    const withServers = (count: number, clients: number) => {
      const servers = Array.from({ length: count }, (_, index) => ({ number: index + 1, ...server }));
      const weur = { state: 'up', clients, maxClients: 100 * count, servers } as const;
      return ranked(decide(LONDON, { regions, observed: { weur } }));
    };
    expect(withServers(1, 100)).toContain('weur');
    expect(withServers(3, 299)).toContain('weur');
    expect(withServers(3, 300)).not.toContain('weur');
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
    const measurement = (ms: number) => ({ measurement: { ms, samples: 1e9 } });
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
  const measurement = (ms: number) => ({ measurement: { ms, samples: 1e9 } });
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
