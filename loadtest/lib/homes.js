// Where the decision sends the clients of each city: their home, as long as nothing happens to it.

import { CITIES } from './cities.js';
import { IS_LOCAL } from './settings.js';
import { decisionFor } from './target.js';

/** @typedef {import('./cities.js').City} City */
/** @typedef {Record<string, string>} Homes ids of regions by the names of cities; against a deployment all clients are in one place, `''` */

/** For `setup()`. @returns {Homes} */
export function decideHomes() {
  /** @type {Homes} */
  const homes = {};
  for (const city of IS_LOCAL ? CITIES : [undefined]) {
    const region = decisionFor(city);
    if (region !== undefined) homes[city?.name ?? ''] = region;
  }
  return homes;
}

/** @param {Homes} homes @param {City | undefined} city */
export function homeOf(homes, city) {
  return homes[IS_LOCAL ? (city?.name ?? '') : ''];
}

/**
 * The cities whose home a region is; against a deployment the place of k6, if that is served there.
 *
 * @param {Homes} homes
 * @param {string} region
 * @returns {readonly (City | undefined)[]}
 */
export function citiesAt(homes, region) {
  return (IS_LOCAL ? CITIES : [undefined]).filter((city) => homeOf(homes, city) === region);
}
