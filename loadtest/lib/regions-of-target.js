// What the target says of its regions: to those with a token, where its configuration shows them to nobody else.

import http from 'k6/http';
import { ANSWER_WITHIN, ANY_STATUS, jsonOf } from './answers.js';
import { PATHS } from './api.js';
import { apiRefusal } from './api-refusal.js';
import { ADMIN_TOKEN, URL } from './settings.js';

/** @typedef {{ id: string, enabled?: boolean, jetstream: boolean, clients: number | null }} KnownRegion */

/** What it answers to who has no token, where only those with one are told. */
const UNAUTHORIZED = 401;

/** @returns {KnownRegion[]} @throws Error with the reason when it does not say */
export function regionsOfTarget() {
  // The token goes out only where it is asked for.
  const open = ask({});
  const isClosed = open.status === UNAUTHORIZED;
  if (isClosed && ADMIN_TOKEN === '')
    throw new Error(
      `${URL} shows its regions only to those with a token for its API: put one into ADMIN_TOKEN (MERIDIAN_TOKEN for npm run loadtest)`,
    );
  const response = isClosed ? ask({ authorization: `Bearer ${ADMIN_TOKEN}` }) : open;
  const regions = jsonOf(response)?.regions;
  if (response.status === 200 && Array.isArray(regions)) return regions;
  throw new Error(apiRefusal(`${URL}${PATHS.regions}`, response));
}

/** @param {Record<string, string>} headers */
function ask(headers) {
  return http.get(`${URL}${PATHS.regions}`, {
    headers,
    redirects: 0,
    responseCallback: ANY_STATUS,
    timeout: ANSWER_WITHIN,
    tags: { name: 'api/regions' },
  });
}
