// The target of a run: whether it is up, what regions it has, and clients that pretend to be in a city or are sent to a
// region. Whatever is wrong with it is reported before the first measurement.

import http from 'k6/http';
import { ANSWER_WITHIN, ANY_STATUS, jsonOf } from './answers.js';
import { FORCE_REGION_HEADER, PATHS } from './api.js';
import { CITIES, standingIn } from './cities.js';
import { nowMs } from './clock.js';
import { complain } from './complain.js';
import * as metrics from './metrics.js';
import { NatsClient } from './nats-client.js';
import { NatsError } from './nats-error.js';
import { regionsOfTarget } from './regions-of-target.js';
import { IS_LOCAL, REGIONS, SITE, URL } from './settings.js';

/** @typedef {import('./cities.js').City} City */

/**
 * @typedef {object} Target
 * @property {string[]} regions ids of the regions to use
 */

/**
 * For `setup()`: throws with a clear message when the target cannot be tested.
 *
 * @param {{ size?: number }} [load] `size` of its largest payload, bytes
 * @returns {Promise<Target>}
 */
export async function reachTarget({ size = 0 } = {}) {
  // What may stay at zero gets a sample of zero first: its thresholds are then about something.
  for (const counter of [metrics.disconnects, metrics.missing, metrics.unsent, metrics.unanswered])
    counter.add(0);
  for (const counter of [metrics.disordered, metrics.doubled]) counter.add(0);

  const health = http.get(`${URL}${PATHS.health}`, { responseCallback: ANY_STATUS });
  if (health.status === 0) throw new Error(`nothing answers at ${URL} (${health.error}): is it up?`);
  const answer = jsonOf(health);
  if (!Array.isArray(answer?.regions))
    throw new Error(`${URL}${PATHS.health} answers ${health.status}, and not as Meridian does`);
  if (health.status !== 200) throw new Error(`${URL} has no region that can serve: ${health.body}`);
  const ids = regionsOfTarget()
    .filter(({ enabled }) => enabled !== false)
    .map(({ id }) => id);
  const unknown = (REGIONS ?? []).filter((id) => !ids.includes(id));
  if (unknown.length > 0)
    throw new Error(`${URL} has no region ${unknown.join(', ')}; it has ${ids.join(', ')}`);
  // Of a region that was not named it is a finding.
  for (const { region, reason } of answer.others ?? [])
    if (REGIONS?.includes(region)) throw new Error(`${region} of ${URL} takes no clients now: ${reason}`);
  await shakeHands(size);
  return { regions: REGIONS ?? ids };
}

/** @param {number} size */
async function shakeHands(size) {
  try {
    const client = await NatsClient.open();
    await client.close();
    if (size > client.maxPayload)
      throw new Error(`SIZE is ${size}: the servers take no payload above ${client.maxPayload} bytes`);
  } catch (error) {
    if (!(error instanceof NatsError)) throw error;
    const fix =
      error.kind === 'authorization'
        ? 'set NATS_USER and NATS_PASSWORD, NATS_TOKEN, or NATS_JWT to what the regions accept'
        : 'look at its log';
    throw new Error(`${URL} is up but takes no NATS client (${error.message}): ${fix}`);
  }
}

/** One that waits for longer than this until it is served is told: nothing is due to it until then. */
export const PATIENCE_MS = 2_000;

/**
 * A client that pretends to be in a city, counted and tagged.
 *
 * @param {City | undefined} city undefined: where k6 runs
 * @param {Omit<import('./nats-client.js').ConnectOptions, 'tagsOf'> & { tags?: Record<string, string>, kindOf?: (region: string) => string, dueMs?: number, patienceMs?: number, refusedBefore?: string, onFailed?: (kind: string) => void }} [given]
 *   `tags` of all that is counted, `dueMs`: when it was to connect, by default now, `patienceMs`: how long it is usual to wait, `kindOf`: why a region's clients lose their connections at the moment, `refusedBefore`: the kind of its latest failure, of a client that has tried before: one that was refused has waited, however short that was
 * @returns {Promise<NatsClient | undefined>} undefined when it failed, which is counted
 */
export async function connectFrom(city, given = {}) {
  const { tags = {}, kindOf, dueMs = nowMs(), patienceMs = PATIENCE_MS, ...more } = given;
  const { refusedBefore = '', onFailed, ...options } = more;
  const place = { ...cityTag(city), ...tags };
  const tagsOf = (/** @type {string} */ region) => ({ ...place, ...(kindOf && { kind: kindOf(region) }) });
  try {
    const headers = { ...headersOf(city), ...options.headers };
    const client = await NatsClient.open({ ...options, headers, tagsOf });
    metrics.errors.add(false, place);
    const ms = nowMs() - dueMs;
    metrics.connectTime.add(ms, { ...place, region: client.region });
    if (ms > patienceMs || refusedBefore !== '')
      metrics.waited.add(ms, { ...place, region: client.region, kind: refusedBefore || 'slow' });
    return client;
  } catch (error) {
    const kind = error instanceof NatsError ? error.kind : 'protocol';
    metrics.errors.add(true, { ...place, kind });
    onFailed?.(kind);
    complain(`${place.city}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** The header that sends a client to one region and no other. @param {string} region */
export function forcedTo(region) {
  return { [FORCE_REGION_HEADER]: region };
}

/**
 * For each region the largest city whose clients it serves; none for a region that serves no city of the list.
 * Against a deployment every client is where k6 runs.
 *
 * @param {readonly string[]} regions
 * @returns {Record<string, City>}
 */
export function citiesOf(regions) {
  /** @type {Record<string, City>} */
  const found = {};
  if (!IS_LOCAL) return found;
  for (const city of CITIES) {
    const region = decisionFor(city);
    if (region !== undefined) found[region] ??= city;
    if (regions.every((id) => found[id] !== undefined)) break;
  }
  return found;
}

/** @param {City | undefined} city */
export function cityTag(city) {
  return { city: IS_LOCAL && city !== undefined ? city.name : SITE };
}

/**
 * Id of the region that the decision gives to a client there.
 *
 * @param {City | undefined} city
 * @returns {string | undefined}
 */
export function decisionFor(city) {
  const response = http.get(`${URL}${PATHS.route}`, {
    headers: headersOf(city),
    responseCallback: ANY_STATUS,
    timeout: ANSWER_WITHIN,
    tags: { name: 'api/route' },
  });
  return jsonOf(response)?.candidates?.[0]?.region;
}

/** Of one that pretends to be there. @param {City | undefined} city */
export function headersOf(city) {
  return IS_LOCAL && city !== undefined ? standingIn(city) : {};
}
