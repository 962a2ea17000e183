// Where the clients of a region are, as dots of a map. Pure.

import type { LivePlace } from '../../api/live.ts';
import {
  coordinatesOfColo,
  coordinatesOfContinent,
  coordinatesOfCountry,
} from '../../routing/places/lookup.ts';
import { placeKey, type TrafficPlace, type TrafficSample } from '../forecast/traffic.ts';

/** More than a map can show; each is 100 bytes. */
export const MOST_PLACES = 2_000;

/** What a region has counted, and how many clients it has now. */
export interface CountedRegion {
  readonly region: string;
  readonly clients: number | null;
  readonly samples: readonly TrafficSample[];
}

/**
 * The clients that are connected, spread over the places that clients of the last day or two came from: which of those
 * are still there is not known. A region that does not say how many it has shows none.
 */
export function placesOf(regions: readonly CountedRegion[]): readonly LivePlace[] {
  return regions
    .flatMap(placesOfRegion)
    .toSorted((a, b) => b.clients - a.clients)
    .slice(0, MOST_PLACES);
}

function placesOfRegion({ region, clients, samples }: CountedRegion): readonly LivePlace[] {
  const total = samples.reduce((sum, sample) => sum + sample.clients, 0);
  if (clients === null || clients === 0 || total === 0) return [];
  return samples.flatMap((sample) => {
    const where = coordinatesOf(sample);
    if (where === undefined) return [];
    const { colo, country } = sample;
    return {
      key: `${region} ${placeKey(sample)}`,
      region,
      ...(colo !== undefined && { colo }),
      ...(country !== undefined && { country }),
      ...where,
      clients: Math.round((sample.clients / total) * clients * 100) / 100,
    };
  });
}

/** Undefined if not even the continent is known. */
function coordinatesOf({ latitude, longitude, colo, country, continent }: TrafficPlace) {
  if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
  const found = coordinatesOfColo(colo) ?? coordinatesOfCountry(country) ?? coordinatesOfContinent(continent);
  return found && { latitude: found.latitude, longitude: found.longitude };
}
