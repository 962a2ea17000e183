// @ts-check
// From sixty cities, weighted by population: does each client get the region of the decision, how long does connecting
// take, how long a PING? With WAN=1 the same clients are also sent to random regions, to one fixed region, and by a
// table of continents, which shows in milliseconds what a good choice gains.

import exec from 'k6/execution';
import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs } from './lib/clock.js';
import * as metrics from './lib/metrics.js';
import { clientsOfRun, profileOfRun, shapedArrivals } from './lib/profiles.js';
import { chanceOf } from './lib/random.js';
import { IS_LOCAL, IS_WAN } from './lib/settings.js';
import { cityTag, connectFrom, decisionFor, forcedTo, reachTarget } from './lib/target.js';

/** @typedef {import('./lib/target.js').Target} Target */
/** @typedef {import('./lib/cities.js').City} City */

const PINGS = 5;

/** Each client comes this often, so that latencies are not those of a machine at its limit. */
const COMES_EVERY_SECONDS = 5;

/** A visit lasts no longer, whatever hangs; connecting takes most of it. */
const VISIT_WITHIN_MS = 8_000;
const CONNECT_WITHIN_MS = 5_000;
const CLOSE_WITHIN_MS = 1_000;

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(profile.clients);
const isSmoke = profile.name === 'smoke';

/** Visits per second in a smoke run, unless CLIENTS says how many clients come. */
const SMOKE_RATE = __ENV.CLIENTS ? CLIENT_COUNT / COMES_EVERY_SECONDS : 8;

/** A smoke run visits every city once, unless DURATION says how long they come. */
const SMOKE_SECONDS = __ENV.DURATION ? profile.seconds : CITIES.length / SMOKE_RATE;

/** Those of a smoke run are as many as the cities; a longer one each as often as its weight says. */
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
if (__ENV.FIXED && !comparesPolicies)
  throw new Error('FIXED is of the comparison of policies, which is on the local stack with --wan');

/** Resolution of one machine's clocks, ms: where two policies choose the same region, the rest is chance. */
const TIE_MS = 1;

export const options = {
  scenarios: {
    clients: isSmoke
      ? {
          executor: 'constant-arrival-rate',
          // k6 counts in whole arrivals: of a minute there are enough.
          rate: Math.max(1, Math.round(SMOKE_RATE * 60)),
          timeUnit: '1m',
          duration: `${Math.ceil(SMOKE_SECONDS * 1000)}ms`,
          preAllocatedVUs: Math.max(30, Math.ceil(SMOKE_RATE)),
          maxVUs: Math.max(60, Math.ceil(SMOKE_RATE * (VISIT_WITHIN_MS / 1000))),
          gracefulStop: '10s',
        }
      : shapedArrivals(profile, {
          perSecond: CLIENT_COUNT / COMES_EVERY_SECONDS,
          // One that waits for an edge that hangs is no reason for the others to stay away.
          maxUsers: Math.ceil((CLIENT_COUNT / COMES_EVERY_SECONDS) * (VISIT_WITHIN_MS / 1000)),
        }),
  },
  thresholds: {
    nats_misrouted: ['rate==0'],
    nats_errors: ['rate<0.01'],
    nats_disconnects: ['count==0'],
    // A visit that k6 could not start.
    dropped_iterations: ['count==0'],
    nats_connect: ['p(95)<5000'],
    nats_ping: ['p(95)<1000'],
    ...(comparesPolicies && {
      'nats_ping{policy:meridian}': ['p(95)<400'],
      // k6 can only compare with constants, so the difference is taken client by client.
      ...Object.fromEntries(
        CONTROLS.map((policy) => [`nats_policy_gain{policy:${policy}}`, [`med>=-${TIE_MS}`]]),
      ),
      // Cannot fail: k6 shows a part of a metric only if it has a threshold, and controls have none to meet.
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
  const untilMs = nowMs() + VISIT_WITHIN_MS;
  const number = exec.scenario.iterationInTest;
  const city = people[(number * STRIDE) % people.length];
  if (city === undefined) return;
  const expected = decisionFor(city);
  // All at the same time, so that all meet the same machine.
  const [decided, ...others] = await Promise.all([
    measureAs('meridian', city, { untilMs }),
    ...(comparesPolicies
      ? [
          measureAs('random', city, {
            untilMs,
            region: regions[Math.floor(chanceOf(number) * regions.length)],
          }),
          measureAs('fixed', city, { untilMs, region: regions.includes(FIXED) ? FIXED : regions[0] }),
          measureAs('continent', city, { untilMs, region: regionOfContinent(city, regions) }),
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
}

/**
 * @param {City} city
 * @param {string | undefined} expected
 * @param {string} region that served the client
 */
function compare(city, expected, region) {
  if (expected === undefined) {
    metrics.errors.add(true, { ...cityTag(city), kind: 'decision' });
    return;
  }
  metrics.misrouted.add(region !== expected, { ...cityTag(city), region });
  if (region !== expected) console.error(`${city.name}: decided for ${expected}, served by ${region}`);
}

/**
 * Connects, times some PINGs, and leaves.
 *
 * @param {'meridian' | typeof CONTROLS[number]} policy
 * @param {City} city
 * @param {{ untilMs: number, region?: string | undefined }} visit the region that the policy sends it to; without: as the
 *   target decides
 * @returns {Promise<{ region: string, pingMs: number } | undefined>} who served it, and its quickest PING
 */
async function measureAs(policy, city, { untilMs, region }) {
  const headers = region === undefined ? {} : forcedTo(region);
  metrics.due.add(1, { ...cityTag(city), policy, kind: 'connect' });
  const client = await connectFrom(city, { headers, tags: { policy }, timeoutMs: CONNECT_WITHIN_MS });
  if (client === undefined) return undefined;
  const { region: served } = client;
  const tags = { ...cityTag(city), region: served, policy };
  let pingMs = Number.POSITIVE_INFINITY;
  for (let n = 0; n < PINGS; n += 1) {
    metrics.due.add(1, { ...tags, kind: 'ping' });
    const ms = await client.ping(Math.max(1, untilMs - nowMs())).catch(() => undefined);
    if (ms === undefined) {
      metrics.errors.add(true, { ...tags, kind: 'ping' });
      break;
    }
    metrics.errors.add(false, tags);
    metrics.pingTime.add(ms, tags);
    pingMs = Math.min(pingMs, ms);
  }
  await client.close(CLOSE_WITHIN_MS);
  return pingMs === Number.POSITIVE_INFINITY ? undefined : { region: served, pingMs };
}

/** @param {City} city @param {readonly string[]} regions */
function regionOfContinent({ continent }, regions) {
  const named = /** @type {Record<string, string>} */ (CONTINENT_TABLE)[continent];
  return named !== undefined && regions.includes(named) ? named : regions[0];
}
