// A filter that only this test knows runs through the whole decision: no other code has to know it.

import { describe, expect, test } from 'vitest';
import { OPTIONAL_FILTERS } from '../../regions/routing-schema.ts';
import { planOf } from '../../test/support/data/checked-in.ts';
import { afterAttempts } from '../after-attempts.ts';
import { compactDecision, decisionTable, describeEffect } from '../decision-text.ts';
import type { AnyFilter, Filter, FilterTraits } from '../filter.ts';
import { getOptimalRegion } from '../optimal-region.ts';
import { compileRouting } from '../plan.ts';
import { FILTERS } from './all.ts';

/** Regions with a storm: dropped in the worst one, else farther, and first for clients that like storms. */
type Storm = { readonly filter: 'weather'; readonly wind: number } & (
  | { readonly effect: 'drop'; readonly code: 'hurricane' }
  | { readonly effect: 'demote'; readonly code: 'gale' }
  | { readonly effect: 'cost'; readonly code: 'breeze'; readonly ms: number }
);

type Traits = FilterTraits<Storm['code']>;

type Winds = Readonly<Record<string, number>>;

const HURRICANE = 12;
const GALE = 8;

function weather(winds: Winds, traits: Traits = {}): Filter<Storm> {
  return {
    name: 'weather',
    ...traits,
    forRegion: ({ id }) => {
      const wind = winds[id];
      if (wind === undefined) return undefined;
      return () => {
        if (wind >= HURRICANE) return { effect: 'drop', filter: 'weather', code: 'hurricane', wind };
        if (wind >= GALE) return { effect: 'demote', filter: 'weather', code: 'gale', wind };
        return { effect: 'cost', filter: 'weather', code: 'breeze', wind, ms: 100 * wind };
      };
    },
    words: {
      hurricane: ({ wind }) => `closed for a storm of force ${wind}`,
      gale: ({ wind }) => `last: a gale of force ${wind}`,
      breeze: ({ ms, wind }) => `${ms} ms for a wind of force ${wind}`,
    },
  };
}

const NOBODY_SEEN = new Map();
const OTHERS = ['wnam', 'enam', 'eeur', 'apac', 'oc'];

describe('a new filter', () => {
  test('drops a region, and is asked no more about it', () => {
    const { decision, table } = decide(weather({ weur: HURRICANE }));
    expect(decision.winner).toBe('eeur');
    expect(decision.rejected).toMatchObject([{ region: 'weur', effects: [{ code: 'hurricane', wind: 12 }] }]);
    expect(decision.failover).toBeUndefined();
    expect(table).toContain('closed for a storm of force 12');
  });

  test('demotes a region, or lets it count as farther', () => {
    const gale = decide(weather({ weur: GALE }));
    expect(gale.decision.candidates.at(-1)).toMatchObject({ region: 'weur', tier: 100 });
    expect(gale.table).toContain('last: a gale of force 8');
    const breeze = decide(weather({ weur: 1 }));
    expect(breeze.decision.winner).toBe('eeur');
    expect(breeze.table).toContain('100 ms for a wind of force 1');
  });

  test.each([
    [HURRICANE, 'hurricane', 'closed for a storm of force 12'],
    [GALE, 'gale', 'last: a gale of force 8'],
    [1, 'breeze', '100 ms for a wind of force 1'],
  ])('of which force %i is temporary makes a failover of it', (wind, code, words) => {
    const { decision, table } = decide(weather({ weur: wind }, { temporary: true }));
    expect(decision).toMatchObject({ winner: 'eeur', failover: { from: 'weur', cause: { code } } });
    expect(compactDecision(decision)).toMatch(new RegExp(`;flags=failover;from=weur:${code}$`));
    expect(table).toContain(`failover from weur to eeur: ${words}`);
    const record = afterAttempts(decision, 'wnam', [{ region: 'eeur', reason: 'reset', ms: 1 }]);
    expect(record).toMatchObject({ winner: 'wnam', failover: { from: 'weur', cause: { code } } });
  });

  test('is no cause for a failover where a region is dropped for good as well, before or after', () => {
    const storm = weather({ weur: HURRICANE }, { temporary: true });
    const forced = { forced: 'eeur' };
    expect(decide(storm, forced).decision.failover).toBeUndefined();
    expect(decide(storm, forced, [storm, ...FILTERS]).decision.failover).toBeUndefined();
  });

  test('that waking would end has a region woken that is passed over for it', () => {
    expect(decide(weather({ weur: 1 }, { endsByWaking: true })).decision).toMatchObject({
      winner: 'eeur',
      wake: 'weur',
    });
    expect(decide(weather({ weur: 1 })).decision.wake).toBeUndefined();
  });

  test('that is ignored in a panic is, once it speaks against too many', () => {
    const gales = (count: number) =>
      weather(Object.fromEntries(['weur', ...OTHERS].slice(0, count).map((id) => [id, GALE])), {
        ignoredInPanic: ['gale'],
      });
    expect(decide(gales(3)).decision).toMatchObject({ panic: false, winner: 'eeur' });
    expect(decide(gales(4)).decision).toMatchObject({ panic: true, winner: 'weur' });
    const known = Object.fromEntries(['weur', ...OTHERS].slice(0, 4).map((id) => [id, GALE]));
    expect(decide(weather(known, { ignoredInPanic: [] })).decision).toMatchObject({ winner: 'apac' });
  });

  test('tells a client that no region serves because of it what its refusal is', () => {
    const everywhere = Object.fromEntries(['weur', ...OTHERS].map((id) => [id, HURRICANE]));
    const refusalOf = (traits: Traits) => decide(weather(everywhere, traits)).decision.refusal;
    expect(refusalOf({})).toMatchObject({ name: 'nowhere', code: 'no_region' });
    const refusal = { name: 'storm', code: 'region_unavailable', message: 'a storm everywhere' } as const;
    expect(refusalOf({ refusal })).toEqual(refusal);
    const { decision, table } = decide(weather(everywhere, { refusal }));
    expect(compactDecision(decision)).toContain(';flags=refused-storm');
    expect(table).toContain('refused: storm');
  });

  test('can be switched off, everywhere or for one region, unless it is always on', () => {
    const storm = weather({ weur: HURRICANE });
    const config = planOf().config;
    const off = ['weather'] as never;
    const everywhere = compileRouting({ ...config, routing: { ...config.routing, off } }, 0, [storm]);
    const forOne = compileRouting(
      { ...config, regions: config.regions.map((region) => ({ ...region, off })) },
      0,
      [storm],
    );
    for (const plan of [everywhere, forOne]) {
      expect(plan.regions.every(({ rules }) => rules.length === 0)).toBe(true);
    }
    const alwaysOn = compileRouting({ ...config, routing: { ...config.routing, off } }, 0, [
      weather({ weur: HURRICANE }, { alwaysOn: true }),
    ]);
    expect(alwaysOn.regionsById.get('weur')?.rules).toHaveLength(1);
  });
});

describe('the filters', () => {
  test('have no code in common, since effects are put into words by it', () => {
    const codes = FILTERS.flatMap(({ words }) => Object.keys(words));
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('are those that the schema lets one switch off, in the same order, and those that are always on', () => {
    const all: readonly AnyFilter[] = FILTERS;
    const optional = all.filter(({ alwaysOn }) => alwaysOn === undefined);
    expect(optional.map(({ name }) => name)).toEqual(OPTIONAL_FILTERS);
  });

  test('alone have words: an effect of another has its code', () => {
    const storm = { effect: 'demote', filter: 'weather', code: 'gale' } as const;
    expect(describeEffect(storm)).toBe('gale');
    expect(describeEffect({ ...storm, code: 'toString' })).toBe('toString');
  });
});

/** For a client in London, with the filter after all others unless another order is given. */
function decide(
  filter: AnyFilter,
  wishes: object = {},
  filters: readonly AnyFilter[] = [...FILTERS, filter],
) {
  const plan = compileRouting(planOf().config, 0, filters);
  const request = { cf: { colo: 'LHR' }, ...wishes };
  const decision = getOptimalRegion(request, { plan, observations: { regions: NOBODY_SEEN }, now: 0 });
  return { decision, table: decisionTable(decision, plan.filters) };
}
