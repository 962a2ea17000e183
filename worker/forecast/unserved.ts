// Countries whose clients would be refused: those with refused traffic, and those that the rules exclude altogether,
// with or without traffic.

import type { UnservedCountry } from '../../api/forecast.ts';
import { UNKNOWN_COUNTRY } from '../../regions/countries.ts';
import type { RoutingPlan } from '../../routing/plan.ts';
import { isServed, REPORTED_COUNTRIES } from '../../routing/served.ts';
import type { Trip } from './replay.ts';
import { SharesByKey } from './shares-by-key.ts';

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
  for (const country of REPORTED_COUNTRIES) {
    if (isServed(country, after)) continue;
    refused.add(country, 0);
    if (isServed(country, before)) newlyRefused.add(country);
  }
  return refused.largest().map(([country, share]) => ({ country, share, isNew: newlyRefused.has(country) }));
}
