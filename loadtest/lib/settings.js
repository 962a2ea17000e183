// The settings of a run, from its environment, with defaults for a local stack.

import { PATHS } from './api.js';
import { STAMP_BYTES } from './stamp.js';

/**
 * @param {string} name
 * @param {number} fallback
 */
export function numberFrom(name, fallback) {
  const text = __ENV[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} is "${text}": it must be a number above 0`);
  return value;
}

/** Bytes of a payload, of which a message's own stamp needs some: SIZE. */
export function sizeFrom() {
  const size = Math.round(numberFrom('SIZE', 128));
  if (size < STAMP_BYTES)
    throw new Error(
      `SIZE is "${__ENV.SIZE}": a message says when it was due, which takes ${STAMP_BYTES} bytes`,
    );
  return size;
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3600 };

/**
 * A time above 0 such as `90s`, `15m`, `2h`.
 *
 * @param {string} name
 * @param {number} fallback seconds
 */
export function secondsFrom(name, fallback) {
  const text = __ENV[name];
  if (text === undefined || text === '') return fallback;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || Number(digits) === 0)
    throw new Error(`${name} is "${text}": it must be a time such as 90s, 15m or 2h, above 0`);
  return Number(digits) * UNIT_SECONDS[/** @type {'s' | 'm' | 'h'} */ (unit)];
}

const url = (__ENV.URL || 'http://127.0.0.1:8787').replace(/^ws/, 'http').replace(/\/+$/, '');

/** The target, such as `http://127.0.0.1:8787`. */
export const URL = url;

/** The same for WebSockets. */
export const SOCKET_URL = `${url.replace(/^http/, 'ws')}${PATHS.nats}`;

/** Whether clients can pretend to be in a city: only a stack on this machine supports that. */
export const IS_LOCAL = __ENV.LOCAL ? __ENV.LOCAL === '1' : /\/\/(127\.|localhost|\[::1\])/.test(url);

/** Where k6 runs, for results that are merged with those of other sites. */
export const SITE = __ENV.SITE || 'here';

/** Whether the local stack adds the latency of real distances. */
export const IS_WAN = __ENV.WAN === '1';

/** Address of the control server of `npm run loadtest`; empty under plain k6. */
export const CONTROL = __ENV.CONTROL || '';

/** Bearer token of the admin API; empty when there is none. */
export const ADMIN_TOKEN = __ENV.ADMIN_TOKEN || '';

/** Ids of the regions to use; undefined for all that the target has. */
export const REGIONS = __ENV.REGIONS === undefined ? undefined : idsOf(__ENV.REGIONS);

/** @param {string} text @returns {string[]} */
function idsOf(text) {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0)
    throw new Error(`REGIONS is "${text}": it must be ids of regions, separated by commas`);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`REGIONS is "${text}": it names ${twice} twice`);
  return ids;
}

/** The credentials for NATS, as fields of CONNECT; empty if it requires none. */
export const CREDENTIALS = Object.fromEntries(
  Object.entries({
    user: __ENV.NATS_USER,
    pass: __ENV.NATS_PASSWORD,
    auth_token: __ENV.NATS_TOKEN,
    // Of a bearer user: k6 can sign nothing with a key that it is given.
    jwt: __ENV.NATS_JWT,
  }).filter(([, value]) => value),
);
