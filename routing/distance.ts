// Great-circle distance between two places.

import type { Coordinates } from './coordinates.ts';

/** Mean radius of the Earth, km (IUGG). */
export const EARTH_RADIUS_KM = 6371;

const RADIANS = Math.PI / 180;

/** Distance along the surface in km, by the haversine formula, which is accurate for near points too. */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  const sinLatitude = Math.sin(((to.latitude - from.latitude) * RADIANS) / 2);
  const sinLongitude = Math.sin(((to.longitude - from.longitude) * RADIANS) / 2);
  const h =
    sinLatitude * sinLatitude +
    Math.cos(from.latitude * RADIANS) * Math.cos(to.latitude * RADIANS) * sinLongitude * sinLongitude;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
