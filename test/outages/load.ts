// Where clients come from, and how many: some everywhere, or a crowd in the cities of one region.

import { PLACES, type Place, REGIONS } from '../support/data/places.ts';
import type { Load } from './measure.ts';

/** Two cities of each region: two data centers, of which each has to learn what happens. */
const CITIES_PER_REGION = 2;

const ECHO_EVERY_MS = 100;

/** With ten echoes a second, 2,000 clients would load this machine more than the outage does. */
const CROWD_ECHO_EVERY_MS = 500;

export interface LoadOptions {
  readonly rate: number;
  readonly lasting: number;
  readonly observer: Place;
}

export function usualLoad({ rate, lasting }: LoadOptions): Load {
  return {
    places: REGIONS.flatMap((region) => placesOf(region).slice(0, CITIES_PER_REGION)),
    lastingPerCity: lasting,
    arrivalsPerSecond: rate,
    echoEveryMs: ECHO_EVERY_MS,
  };
}

/** All in the cities whose region is the observer's, so many at least. */
export function crowdLoad({ rate, observer }: LoadOptions, crowd: number): Load {
  const places = placesOf(observer.region);
  return {
    places,
    lastingPerCity: Math.ceil(crowd / places.length),
    arrivalsPerSecond: rate,
    echoEveryMs: CROWD_ECHO_EVERY_MS,
  };
}

function placesOf(region: string): readonly Place[] {
  return PLACES.filter((place) => place.region === region);
}
