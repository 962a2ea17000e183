// Observing and disturbing the target: the admin API of any target whose token is known (drains), and what `npm run
// loadtest` adds when the target is a stack on this machine (the memory of its processes, killing a server). Scripts
// leave out what they cannot have (plain k6, a deployment, no token), and say so.

import http from 'k6/http';
import { announceEdit } from './announce-edit.js';
import { ANSWER_WITHIN, ANY_STATUS, jsonOf } from './answers.js';
import { regionOperationPath } from './api.js';
import { apiRefusal } from './api-refusal.js';
import * as metrics from './metrics.js';
import { regionsOfTarget } from './regions-of-target.js';
import { ADMIN_TOKEN, CONTROL, URL } from './settings.js';

export const HAS_CONTROL = CONTROL !== '';
export const MAY_ADMINISTER = ADMIN_TOKEN !== '';

/** The store may be in another part of the world, and k6 itself would wait for a minute. */
const EDIT_WITHIN = '10s';

/** @typedef {{ name: string, residentBytes: number }} ProcessUsage */

/**
 * Of each process of the stack.
 *
 * @returns {readonly ProcessUsage[] | undefined} undefined without a control server, and when it does not answer
 */
export function readMemory() {
  if (!HAS_CONTROL) return undefined;
  return jsonOf(http.get(`${CONTROL}/memory`, { timeout: ANSWER_WITHIN, tags: { name: 'control' } }))
    ?.processes;
}

/**
 * The memory of the whole stack; each process is recorded as a sample.
 *
 * @returns {number | undefined} bytes, resident; undefined where {@link readMemory} is
 */
export function noteMemory() {
  const processes = readMemory();
  if (processes === undefined) return undefined;
  for (const { name, residentBytes } of processes)
    metrics.processMemory.add(residentBytes, { process: name });
  return processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}

/** Ends a region's server at once, as a failing host would. @param {string} region */
export function killServer(region) {
  const { status, error } = http.post(`${CONTROL}/kill/${region}`, null, {
    timeout: ANSWER_WITHIN,
    tags: { name: 'control' },
  });
  if (status !== 204) throw new Error(`the server of ${region} could not be killed (${status} ${error})`);
}

/**
 * @param {string} region
 * @param {'drain' | 'undrain'} operation
 */
export function operate(region, operation) {
  if (operation === 'drain') announceEdit(region, { drain: true }, { drain: false });
  const response = http.post(`${URL}${regionOperationPath(region, operation)}`, null, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    responseCallback: ANY_STATUS,
    timeout: EDIT_WITHIN,
    tags: { name: operation },
  });
  if (response.status < 200 || response.status >= 300)
    throw new Error(apiRefusal(`${operation} ${region}`, response));
}

/**
 * How many clients all regions have, as they say themselves.
 *
 * @returns {number | undefined} undefined while one of them does not say: a part is no sum
 */
export function clientsOfTarget() {
  try {
    return sumOf(regionsOfTarget().map(({ clients }) => clients));
  } catch {
    return undefined;
  }
}

/** @param {readonly (number | null)[]} counts @returns {number | undefined} undefined where one of them is not known */
function sumOf(counts) {
  return counts.reduce(
    (/** @type {number | undefined} */ sum, count) =>
      sum === undefined || count === null ? undefined : sum + count,
    0,
  );
}
