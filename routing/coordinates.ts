// A point on the globe, as `request.cf` and the tables of places give it. Pure; used by all of routing.

/** A point on the globe, in decimal degrees: north and east are positive. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** True when both numbers are finite and within -90..90 and -180..180. */
export function isOnGlobe({ latitude, longitude }: Coordinates): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}
