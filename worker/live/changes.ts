// What is different between two moments of the live map. Pure.

import type { LiveChange, LiveLevel, LivePlace, LiveSnapshot } from '../../api/live.ts';

/** What is told of one moment. */
export type Seen = Pick<LiveSnapshot, 'at' | 'version' | 'regions' | 'links' | 'places'>;

/** What of it somebody may see: where clients are is for readers. */
export function forLevel(seen: Seen, level: LiveLevel): Seen {
  return level === 'public' ? { ...seen, places: [] } : seen;
}

/**
 * The change from one moment to the next: undefined if nothing but the time is different, `snapshot` if regions or links
 * came, went or changed their order, which a change cannot say.
 */
export function changeBetween(before: Seen, after: Seen): LiveChange | 'snapshot' | undefined {
  const isSameRegions = isSameList(before.regions, after.regions, ({ id }) => id);
  const isSameLinks = isSameList(before.links, after.links, ({ a, b }) => `${a} ${b}`);
  if (!isSameRegions || !isSameLinks) return 'snapshot';
  const regions = after.regions.filter((region, index) => !isSame(region, before.regions[index]));
  const links = after.links.filter((link, index) => !isSame(link, before.links[index]));
  const places = changedPlaces(before.places, after.places);
  const change: LiveChange = {
    kind: 'change',
    at: after.at,
    ...(after.version !== before.version && { version: after.version }),
    ...(regions.length > 0 && { regions }),
    ...(links.length > 0 && { links }),
    ...(places.length > 0 && { places }),
  };
  return Object.keys(change).length > Object.keys({ kind: 0, at: 0 }).length ? change : undefined;
}

function changedPlaces(before: readonly LivePlace[], after: readonly LivePlace[]): LivePlace[] {
  const idOf = ({ region, key }: LivePlace) => `${region} ${key}`;
  const known = new Map(before.map((place) => [idOf(place), place]));
  const now = new Set(after.map(idOf));
  const gone = before.filter((place) => !now.has(idOf(place))).map((place) => ({ ...place, clients: 0 }));
  return [...after.filter((place) => !isSame(place, known.get(idOf(place)))), ...gone];
}

function isSameList<T>(before: readonly T[], after: readonly T[], idOf: (item: T) => string): boolean {
  return (
    before.length === after.length && after.every((item, index) => idOf(item) === idOf(before[index] as T))
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
