// The clients that came while a rollout is watched: differences between what the collector had counted at one look and at the
// next. Pure.

import type { VisitedHour } from '../metrics/visit-book.ts';
import { BUCKETS, type VisitCount } from '../metrics/visits.ts';

/** Clients alike in what checks tell apart. '' is unknown, or no region. */
export interface Came {
  readonly region: string;
  readonly wanted: string;
  readonly colo: string;
  readonly count: number;
  /** How many were taken within each of the collector's buckets. */
  readonly within: readonly number[];
}

/** What was counted at a look: by hour, then by region, wanted and colo. */
export type Counted = Readonly<Record<string, Readonly<Record<string, Came>>>>;

/** Clients that routing itself refused, of all that came. */
export interface Refused {
  readonly refused: number;
  readonly total: number;
}

/** No region may, or none takes clients: what the configuration makes of them. All else that is refused asked for what is not. */
const BY_ROUTING: ReadonlySet<string> = new Set(['nowhere', 'residency']);

/** Older hours are not counted any more. */
const HOURS_KEPT = 2;

/** @param hours of the collector, oldest first */
export function countedIn(hours: readonly VisitedHour[]): Counted {
  return Object.fromEntries(
    hours.slice(-HOURS_KEPT).map(({ from, visits }) => [String(from), byKind(visits)] as const),
  );
}

/** Who came between two looks. Counts that have become smaller began anew: the collector had lost some. */
export function cameBetween(before: Counted, after: Counted): readonly Came[] {
  const all = Object.entries(after).flatMap(([hour, now]) =>
    Object.entries(now).flatMap(([key, came]) => {
      const known = before[hour]?.[key];
      const rest = known === undefined || known.count > came.count ? came : less(came, known);
      return rest.count > 0 ? [rest] : [];
    }),
  );
  return merged(all);
}

/** Those that are alike in one. */
export function merged(all: readonly Came[]): readonly Came[] {
  return Object.values(summed(all));
}

/** Whom no region should get. */
export function refusedOf(all: readonly Came[]): Refused {
  const clients = (some: readonly Came[]) => some.reduce((sum, { count }) => sum + count, 0);
  return { refused: clients(all.filter(isRefused)), total: clients(all) };
}

export function isRefused({ region, wanted }: Came): boolean {
  return region === '' && wanted === '';
}

function byKind(visits: readonly VisitCount[]): Record<string, Came> {
  const counted = visits.filter(
    ({ region, wanted, refusal }) => region !== '' || wanted !== '' || BY_ROUTING.has(refusal),
  );
  return summed(
    counted.map(({ region, wanted, colo, count, within }) => ({ region, wanted, colo, count, within })),
  );
}

function summed(all: readonly Came[]): Record<string, Came> {
  const sums: Record<string, Came> = {};
  for (const one of all) {
    const key = `${one.wanted} ${one.region} ${one.colo}`;
    const known = sums[key];
    sums[key] = known === undefined ? one : more(known, one);
  }
  return sums;
}

function more(one: Came, other: Came): Came {
  const within = BUCKETS.map((_, n) => (one.within[n] ?? 0) + (other.within[n] ?? 0));
  return { ...one, count: one.count + other.count, within };
}

function less(one: Came, other: Came): Came {
  const within = BUCKETS.map((_, n) => Math.max(0, (one.within[n] ?? 0) - (other.within[n] ?? 0)));
  return { ...one, count: one.count - other.count, within };
}
