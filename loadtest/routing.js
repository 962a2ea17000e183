// @ts-check
// From sixty cities, weighted by population: does each client get the region of the decision, how long does connecting
// take, how long a PING? With WAN=1 the same clients are also sent to random regions, to one fixed region, and by a
// table of continents, which shows in milliseconds what a good choice gains.

import exec from 'k6/execution';
import { CITIES, spreadOver } from './lib/cities.js';
import * as metrics from './lib/metrics.js';
import { profileOfRun, shapedUsers } from './lib/profiles.js';
import { chanceOf } from './lib/random.js';
import { IS_LOCAL, IS_WAN } from './lib/settings.js';
import { cityTag, connectFrom, decisionFor, forcedTo, reachTarget } from './lib/target.js';
import { pause } from './lib/wait.js';

/** @typedef {import('./lib/target.js').Target} Target */
/** @typedef {import('./lib/cities.js').City} City */

const PINGS = 5;

/** Between two visits of a client, so that latencies are not those of a machine at its limit. */
const REST_MS = 5_000;

/** Visits per second in a smoke run: the same. */
const SMOKE_RATE = 8;

const profile = profileOfRun();
const isSmoke = profile.name === 'smoke';

/** A smoke run visits every city once; a longer one each as often as its weight says. */
const people = spreadOver(isSmoke ? CITIES.length : 10 * CITIES.length, CITIES);

/** Has no common factor with the number of clients, so that neighbours in the list are not visited in a row. */
const STRIDE = 257;

/** What a table of continents would say of the default regions. */
const CONTINENT_TABLE = { AF: 'weur', AN: 'oc', AS: 'apac', EU: 'weur', NA: 'enam', OC: 'oc', SA: 'enam' };

/** The one region of a service that has just one. */
const FIXED = __ENV.FIXED || 'enam';

/** The control policies; `meridian` leaves the choice to the target. */
const CONTROLS = /** @type {const} */ (['random', 'fixed', 'continent']);

const comparesPolicies = IS_WAN && IS_LOCAL;

/** Resolution of one machine's clocks, ms: where two policies choose the same region, the rest is chance. */
const TIE_MS = 1;

export const options = {
  scenarios: {
    clients: isSmoke
      ? {
          executor: 'constant-arrival-rate',
          rate: SMOKE_RATE,
          duration: `${Math.ceil((people.length / SMOKE_RATE) * 1000)}ms`,
          preAllocatedVUs: 30,
          maxVUs: 60,
        }
      : shapedUsers(profile, profile.clients),
  },
  thresholds: {
    nats_misrouted: ['rate==0'],
    nats_errors: ['rate<0.01'],
    nats_connect: ['p(95)<5000'],
    nats_ping: ['p(95)<1000'],
    ...(comparesPolicies && {
      'nats_ping{policy:meridian}': ['p(95)<400'],
      // k6 can only compare with constants, so the difference is taken client by client.
      ...Object.fromEntries(
        CONTROLS.map((policy) => [`nats_policy_gain{policy:${policy}}`, [`med>=-${TIE_MS}`]]),
      ),
      // Shown in k6's summary; controls have no thresholds to meet.
      ...Object.fromEntries(CONTROLS.map((policy) => [`nats_ping{policy:${policy}}`, ['med>=0']])),
    }),
  },
};

export function setup() {
  if (IS_WAN && !IS_LOCAL)
    console.warn('policies are not compared: against a deployment every client is in the same place');
  return reachTarget();
}

/** One visit of one client. @param {Target} target */
export default async function visit({ regions }) {
  // Otherwise clients that start together would connect together at every visit, and wait for each other.
  if (!isSmoke && exec.vu.iterationInScenario === 0) await pause(REST_MS * chanceOf(exec.vu.idInTest));
  const number = exec.scenario.iterationInTest;
  const city = people[(number * STRIDE) % people.length];
  if (city === undefined) return;
  const expected = decisionFor(city);
  // All at the same time, so that all meet the same machine.
  const [decided, ...others] = await Promise.all([
    measureAs('meridian', city, undefined),
    ...(comparesPolicies
      ? [
          measureAs('random', city, regions[Math.floor(chanceOf(number) * regions.length)]),
          measureAs('fixed', city, regions.includes(FIXED) ? FIXED : regions[0]),
          measureAs('continent', city, regionOfContinent(city, regions)),
        ]
      : []),
  ]);
  if (decided !== undefined) {
    compare(city, expected, decided.region);
    for (const [index, policy] of CONTROLS.entries()) {
      const other = others[index];
      if (other !== undefined)
        metrics.policyGain.add(other.pingMs - decided.pingMs, { ...cityTag(city), policy });
    }
  }
  await pause(isSmoke ? 0 : REST_MS);
}

/**
 * @param {City} city
 * @param {string | undefined} expected
 * @param {string} region that served the client
 */
function compare(city, expected, region) {
  metrics.misrouted.add(region !== expected, { ...cityTag(city), region });
  if (region !== expected) console.error(`${city.name}: decided for ${expected}, served by ${region}`);
}

/**
 * Connects, times some PINGs, and leaves.
 *
 * @param {'meridian' | typeof CONTROLS[number]} policy
 * @param {City} city
 * @param {string | undefined} region that the policy sends it to; undefined: as the target decides
 * @returns {Promise<{ region: string, pingMs: number } | undefined>} who served it, and its quickest PING
 */
async function measureAs(policy, city, region) {
  const headers = region === undefined ? {} : forcedTo(region);
  const client = await connectFrom(city, { headers, tags: { policy } });
  if (client === undefined) return undefined;
  const { region: served } = client;
  let pingMs = Number.POSITIVE_INFINITY;
  for (let n = 0; n < PINGS && client.isOpen; n += 1) {
    const ms = await client.ping().catch(() => undefined);
    metrics.errors.add(ms === undefined, { ...cityTag(city), kind: 'ping' });
    if (ms === undefined) break;
    metrics.pingTime.add(ms, { ...cityTag(city), region: served, policy });
    pingMs = Math.min(pingMs, ms);
  }
  await client.close();
  return pingMs === Number.POSITIVE_INFINITY ? undefined : { region: served, pingMs };
}

/** @param {City} city @param {readonly string[]} regions */
function regionOfContinent({ continent }, regions) {
  const named = /** @type {Record<string, string>} */ (CONTINENT_TABLE)[continent];
  return named !== undefined && regions.includes(named) ? named : regions[0];
}
