// Who would be refused: countries of whose traffic some would be, and countries that the rules shut out
// altogether, whether they sent traffic or not.

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
    if (!isShutOut(country, after)) continue;
    refused.add(country, 0);
    if (!isShutOut(country, before)) newlyRefused.add(country);
  }
  return refused.largest().map(([country, share]) => ({ country, share, isNew: newlyRefused.has(country) }));
}

/** Whether no region would take anybody from there, however healthy and empty all are. */
function isShutOut(country: string, plan: RoutingPlan): boolean {
  const { candidates, rejected } = getOptimalRegion(
    { cf: { country } },
    { plan, observations: NOTHING_OBSERVED, now: 0 },
  );
  return candidates.length === 0 && !rejected.some(({ effects }) => isForSome(effects.at(-1)));
}

/** A region that is dialled down takes others from the same place. */
function isForSome(effect: Effect | undefined): boolean {
  return effect?.effect === 'drop' && effect.code === 'dialled-down' && effect.percent > 0;
}
