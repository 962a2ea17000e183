// What the target says of its regions: to those with a token, where its configuration shows them to nobody else.

import http from 'k6/http';
import { ANSWER_WITHIN, ANY_STATUS, jsonOf } from './answers.js';
import { PATHS } from './api.js';
import { apiRefusal } from './api-refusal.js';
import { ADMIN_TOKEN, URL } from './settings.js';

/** @typedef {{ id: string, enabled?: boolean, jetstream: boolean, clients: number | null }} KnownRegion */

/** @returns {KnownRegion[]} @throws Error with the reason when it does not say */
export function regionsOfTarget() {
  const response = http.get(`${URL}${PATHS.regions}`, {
    headers: ADMIN_TOKEN === '' ? {} : { authorization: `Bearer ${ADMIN_TOKEN}` },
    responseCallback: ANY_STATUS,
    timeout: ANSWER_WITHIN,
    tags: { name: 'api/regions' },
  });
  const regions = jsonOf(response)?.regions;
  if (response.status === 200 && Array.isArray(regions)) return regions;
  throw new Error(apiRefusal(`${URL}${PATHS.regions}`, response));
}
