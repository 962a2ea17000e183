// Countries whose clients would be refused: those with refused traffic, and those that the rules exclude altogether,
// with or without traffic.

import type { UnservedCountry } from '../../api/forecast.ts';
import type { Effect } from '../../routing/filters/all.ts';
import { NOTHING_OBSERVED } from '../../routing/observation.ts';
import { getOptimalRegion } from '../../routing/optimal-region.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import { populatedCountries } from './population-traffic.ts';
import type { Trip } from './replay.ts';
import { SharesByKey } from './shares-by-key.ts';
import { UNKNOWN_COUNTRY } from './traffic.ts';

/** Largest share first, then by code. */
export function unservedOf(
  trips: readonly Trip[],
  before: RoutingPlan,
  after: RoutingPlan,
): readonly UnservedCountry[] {
  const refused = new SharesByKey();
  const newlyRefused = new Set<string>();
  for (const { place, from, to, share } of trips) {
    if (to !== null) continue;
    const country = place.country ?? UNKNOWN_COUNTRY;
    refused.add(country, share);
    if (from !== null) newlyRefused.add(country);
  }
  for (const country of [...populatedCountries(), UNKNOWN_COUNTRY]) {
    if (!isExcluded(country, after)) continue;
    refused.add(country, 0);
    if (!isExcluded(country, before)) newlyRefused.add(country);
  }
  return refused.largest().map(([country, share]) => ({ country, share, isNew: newlyRefused.has(country) }));
}

/** Whether no region would take clients from there, even if all are healthy and empty. */
function isExcluded(country: string, plan: RoutingPlan): boolean {
  const { candidates, rejected } = getOptimalRegion(
    { cf: { country } },
    { plan, observations: NOTHING_OBSERVED, now: 0 },
  );
  return candidates.length === 0 && !rejected.some(({ effects }) => refusesOnlySome(effects.at(-1)));
}

/** Whether the region takes other clients from the same place: it is dialled down, but not to 0. */
function refusesOnlySome(effect: Effect | undefined): boolean {
  return effect?.effect === 'drop' && effect.code === 'dialled-down' && effect.percent > 0;
}
