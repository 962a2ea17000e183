// Where the decision sends the clients of each city: their home, as long as nothing happens to it.

import http from 'k6/http';
import { ANSWER_WITHIN, ANY_STATUS, jsonOf } from './answers.js';
import { PATHS } from './api.js';
import { CITIES } from './cities.js';
import { IS_LOCAL, URL } from './settings.js';
import { headersOf } from './target.js';

/** @typedef {import('./cities.js').City} City */
/** @typedef {{ region: string, isClear: boolean }} Home `isClear`: no other region is about as good */
/** @typedef {Record<string, Home>} Homes by the names of cities; against a deployment all clients are in one place, `''` */

/**
 * By so much the second best has to be worse. A data center keeps its choice while another region is only a little
 * better, so clients of a border that were elsewhere may stay there.
 */
const CLEAR_RATIO = 1.3;
const CLEAR_MS = 15;

/** For `setup()`. @returns {Homes} */
export function decideHomes() {
  /** @type {Homes} */
  const homes = {};
  for (const city of places()) {
    const [first, second] = candidatesFor(city);
    if (first === undefined) continue;
    const isClear =
      second === undefined ||
      second.scoreMs > Math.max(first.scoreMs * CLEAR_RATIO, first.scoreMs + CLEAR_MS);
    homes[city?.name ?? ''] = { region: first.region, isClear };
  }
  return homes;
}

/** @param {City | undefined} city @returns {{ region: string, scoreMs: number }[]} best first */
function candidatesFor(city) {
  const response = http.get(`${URL}${PATHS.route}`, {
    headers: headersOf(city),
    responseCallback: ANY_STATUS,
    timeout: ANSWER_WITHIN,
    tags: { name: 'api/route' },
  });
  return jsonOf(response)?.candidates ?? [];
}

/** @returns {readonly (City | undefined)[]} */
function places() {
  return IS_LOCAL ? CITIES : [undefined];
}

/**
 * Id of its region.
 *
 * @param {Homes} homes
 * @param {City | undefined} city
 */
export function homeOf(homes, city) {
  return homes[placeOf(city)]?.region;
}

/** @param {City | undefined} city */
function placeOf(city) {
  return IS_LOCAL ? (city?.name ?? '') : '';
}

/**
 * The cities whose home a region is; against a deployment the place of k6, if that is served there.
 *
 * @param {Homes} homes
 * @param {string} region
 * @returns {readonly (City | undefined)[]}
 */
export function citiesAt(homes, region) {
  return places().filter((city) => homeOf(homes, city) === region);
}

/**
 * Those of them that nothing but this region attracts, if there are any.
 *
 * @param {Homes} homes
 * @param {string} region
 */
export function clearCitiesAt(homes, region) {
  const all = citiesAt(homes, region);
  const clear = all.filter((city) => homes[placeOf(city)]?.isClear === true);
  return clear.length > 0 ? clear : all;
}
