// Live edits of the target's configuration over the admin API. The requests are asynchronous: the load goes on.

import http from 'k6/http';
import { announceEdit } from './announce-edit.js';
import { ANY_STATUS, jsonOf } from './answers.js';
import { PATHS } from './api.js';
import { apiRefusal } from './api-refusal.js';
import { wayBack, withRegion } from './config-edit.js';
import { ADMIN_TOKEN, URL } from './settings.js';

/** @typedef {import('./config-edit.js').Live} Live */
/** @typedef {import('./config-edit.js').Touched} Touched */

/** In the history and the audit log of the target. */
const MESSAGE = 'load test';

/** The store may be in another part of the world. */
const TIMEOUT = '10s';

/** Somebody else may edit at the same time. */
const ATTEMPTS = 3;
const CONFLICT = 409;

/** @returns {Promise<Live>} */
export async function readLive() {
  const response = await call('GET', PATHS.config);
  if (response.status !== 200) throw new Error(apiRefusal('reading the configuration', response));
  const { version, config } = jsonOf(response);
  return { version, config };
}

/** Sets fields of a region. @param {string} region @param {Record<string, unknown>} fields */
export function editRegion(region, fields) {
  const what = `${region} ${JSON.stringify(fields)}`;
  return attempt(what, ({ version, config }) => {
    announceEdit(
      region,
      fields,
      config.regions.find(({ id }) => id === region),
    );
    return call('PUT', PATHS.config, {
      base: version,
      config: withRegion(config, region, fields),
      message: `${MESSAGE}: ${what}`,
    });
  });
}

/**
 * Leaves the fields as they were: rolls back, or where somebody else has edited meanwhile, sets only these.
 *
 * @param {Live} base
 * @param {readonly Touched[]} touched
 */
export function restore(base, touched) {
  return attempt('the way back', (current) => {
    const way = wayBack(base, current, touched);
    if (way.kind === 'none') return undefined;
    const message = `${MESSAGE}: back to version ${base.version}`;
    return way.kind === 'rollback'
      ? call('POST', PATHS.rollback, { version: base.version, base: current.version, message })
      : call('PUT', PATHS.config, { base: current.version, config: way.config, message });
  });
}

/**
 * @param {string} what
 * @param {(current: Live) => Promise<import('k6/http').RefinedResponse<'text'>> | undefined} ask undefined where there is
 *   nothing to do
 */
async function attempt(what, ask) {
  for (let n = 1; ; n += 1) {
    const asked = ask(await readLive());
    if (asked === undefined) return;
    const response = await asked;
    if (response.status === 200) return;
    if (response.status !== CONFLICT || n === ATTEMPTS) throw new Error(apiRefusal(what, response));
  }
}

/**
 * @param {'GET' | 'PUT' | 'POST'} method
 * @param {string} path
 * @param {object} [body]
 */
function call(method, path, body) {
  return http.asyncRequest(method, `${URL}${path}`, body === undefined ? null : JSON.stringify(body), {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    responseCallback: ANY_STATUS,
    responseType: 'text',
    timeout: TIMEOUT,
    tags: { name: path.slice(1) },
  });
}
