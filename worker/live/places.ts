// Where the clients of a region are, as dots of a map. Pure.

import type { LivePlace } from '../../api/live.ts';
import {
  coordinatesOfColo,
  coordinatesOfContinent,
  coordinatesOfCountry,
} from '../../routing/places/lookup.ts';
import { placeKey, type TrafficPlace, type TrafficSample } from '../forecast/traffic.ts';

/** As many dots as a map can show; each is 100 bytes. */
export const MOST_PLACES = 2_000;

/** What the sides of the squares are multiplied by until there are few enough. */
const COARSER = 1.5;

/** What a region has counted, and how many clients it has now. */
export interface CountedRegion {
  readonly region: string;
  readonly clients: number | null;
  readonly samples: readonly TrafficSample[];
}

/**
 * The clients that are connected, spread over the places that clients of the last day or two came from: which of those
 * are still there is not known. A region that does not say how many it has shows none. Of more places than can be shown
 * those that are near each other are one: no client is left out. Most clients first.
 */
export function placesOf(regions: readonly CountedRegion[]): readonly LivePlace[] {
  let places = regions.flatMap(placesOfRegion);
  for (let degrees = 1; places.length > MOST_PLACES; degrees *= COARSER) places = merged(places, degrees);
  return places.toSorted((a, b) => b.clients - a.clients);
}

/** The places of each region within a square of so many degrees as one, in the middle of their clients. */
function merged(places: readonly LivePlace[], degrees: number): LivePlace[] {
  const square = (coordinate: number) => Math.floor(coordinate / degrees);
  const squares = Map.groupBy(
    places,
    ({ region, latitude, longitude }) => `${region} ${square(latitude)} ${square(longitude)}`,
  );
  return [...squares].flatMap(([key, near]) => {
    const [first] = near;
    if (first === undefined || near.length === 1) return first ?? [];
    const clients = near.reduce((sum, place) => sum + place.clients, 0);
    const middle = (of: 'latitude' | 'longitude') =>
      near.reduce((sum, place) => sum + place[of] * place.clients, 0) / clients;
    const where = { latitude: middle('latitude'), longitude: middle('longitude') };
    return { key: `${key} of ${degrees}`, region: first.region, ...where, clients };
  });
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
