// A forecast held against the clients that came after the edit. Pure.

import type { EditFact, Foreseen } from '../../api/forecast-facts.ts';
import type { VisitCount } from './visits.ts';

/** Clients that were taken, by region, since the collector began to count. */
export type Served = Readonly<Record<string, number>>;

export function servedIn(totals: readonly VisitCount[]): Served {
  const served: Record<string, number> = {};
  for (const { region, count } of totals) {
    if (region !== '') served[region] = (served[region] ?? 0) + count;
  }
  return served;
}

interface Counted {
  /** When the edit was made. */
  readonly before: Served;
  /** When the next one was, or now. */
  readonly after: Served;
  readonly until: number | null;
}

/** Counts that have begun anew, since the collector lost them, count from nothing. */
export function factOf(
  { regions: shares, ...foreseen }: Foreseen,
  { before, after, until }: Counted,
): EditFact {
  const begins = Object.entries(before).some(([region, count]) => (after[region] ?? 0) < count) ? {} : before;
  const came = (region: string) => (after[region] ?? 0) - ((begins as Served)[region] ?? 0);
  const ids = [...new Set([...shares.map(({ region }) => region), ...Object.keys(after)])];
  const connects = ids.reduce((all, region) => all + came(region), 0);
  const forecastOf = new Map(shares.map((share) => [share.region, share]));
  const regions = ids
    .map((region) => ({
      region,
      before: forecastOf.get(region)?.before ?? 0,
      forecast: forecastOf.get(region)?.after ?? 0,
      fact: connects === 0 ? null : came(region) / connects,
    }))
    .filter((each) => each.before > 0 || each.forecast > 0 || (each.fact ?? 0) > 0);
  // Each client that is elsewhere is missing in one region and too many in another one.
  const elsewhereShare =
    connects === 0
      ? null
      : regions.reduce((all, { forecast, fact }) => all + Math.abs(forecast - (fact ?? 0)), 0) / 2;
  return { ...foreseen, until, connects, elsewhereShare, regions };
}
