// Which region a client somewhere should get, whatever regions there are, where nothing but distance matters. Pure.

import type { Coordinates } from '../../routing/coordinates.ts';
import { distanceKm } from '../../routing/distance.ts';
import type { Place } from './data/places.ts';

/** What the expectation depends on. */
export interface Located extends Coordinates {
  readonly id: string;
}

/** How much farther the next region must be, so that no model of latency could prefer it. */
const CLEARLY = 2;

/** The nearest region, or undefined if another is about as near: then it is for the model of latency to say. */
export function clearlyNearest<R extends Located>(place: Coordinates, regions: readonly R[]): R | undefined {
  const [nearest, next] = regions
    .map((region) => ({ region, km: distanceKm(place, region) }))
    .toSorted((a, b) => a.km - b.km);
  if (nearest === undefined) return undefined;
  return next === undefined || next.km >= CLEARLY * nearest.km ? nearest.region : undefined;
}

/**
 * The region of a city whose best one is known for `checkedIn`. It stays the best when others of them are taken away; where it is gone
 * itself, or where there are regions besides, only what is clear is expected.
 */
export function expectedRegion(
  place: Place,
  regions: readonly Located[],
  checkedIn: readonly Located[],
): string | undefined {
  const isKnown = regions.every((region) => checkedIn.some((known) => isSame(region, known)));
  if (isKnown && regions.some(({ id }) => id === place.region)) return place.region;
  return clearlyNearest(place, regions)?.id;
}

function isSame(one: Located, other: Located): boolean {
  return one.id === other.id && one.latitude === other.latitude && one.longitude === other.longitude;
}
