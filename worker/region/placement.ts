// Where a region's container really runs, which Cloudflare says in the container's environment and the server repeats as
// its tags (container/entrypoint.sh), held against where it should. Pure.

import type { PlacedAt } from '../../api/regions.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { PLACEMENTS } from '../../regions/hints.ts';
import type { Coordinates } from '../../routing/coordinates.ts';
import { distanceKm } from '../../routing/distance.ts';
import { coordinatesOfColo } from '../../routing/places/lookup.ts';

/** What entrypoint.sh says of what the container was not told. */
const UNKNOWN = 'unknown';

/** A location begins with the code of its airport: `ams07`. What follows numbers the halls. */
const LOCATION_PATTERN = /^([A-Z]{3})\d*$/;

type Place = Pick<RegionConfig, 'placement' | 'latitude' | 'longitude'>;

/**
 * Reads the tags of `/varz`, which nats-server writes in small letters. Where there is no such platform, as under
 * `wrangler dev`, the names are none of Cloudflare's: then what they say is shown, and nothing is concluded from it.
 *
 * @param tags undefined if the server has none
 */
export function placedAt(tags: readonly string[] | undefined, { placement, ...wanted }: Place): PlacedAt {
  const location = tagOf(tags, 'location');
  const region = tagOf(tags, 'cloudflare-region');
  const isPlacement = PLACEMENTS.some((each) => each === region);
  const there = coordinatesOfLocation(location);
  return {
    location,
    region,
    country: tagOf(tags, 'country'),
    asConfigured: isPlacement ? placement.some((each) => each === region) : null,
    kmAway: there === undefined ? null : Math.round(distanceKm(wanted, there)),
  };
}

/** Where the data center of a location is; undefined if that is not known. */
export function coordinatesOfLocation(location: string | null): Coordinates | undefined {
  return coordinatesOfColo(LOCATION_PATTERN.exec(location ?? '')?.[1]);
}

function tagOf(tags: readonly string[] = [], name: string): string | null {
  const value = tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1);
  return value === undefined || value === UNKNOWN ? null : value.toUpperCase();
}
