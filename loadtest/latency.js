// @ts-check
// How long does a message take from publish to delivery, and a request to its reply, within a region and across each
// pair of regions?

import exec from 'k6/execution';
import { nowMs } from './lib/clock.js';
import * as metrics from './lib/metrics.js';
import { bytesOf, textOf } from './lib/nats-protocol.js';
import { openPair } from './lib/pair.js';
import { profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { citiesOf, cityTag, reachTarget } from './lib/target.js';
import { pause } from './lib/wait.js';

/** @typedef {{ regions: string[], cities: Record<string, import('./lib/cities.js').City> }} Setup */

const profile = profileOfRun();
const isSmoke = profile.name === 'smoke';

/** Payload, bytes; it has to hold the time of publishing. */
const SIZE = Math.max(24, numberFrom('SIZE', 128));

/** Messages per pair, one after the other. */
const MESSAGES = isSmoke ? 10 : 100;

/** Interval, so long that no message waits for the one before it. */
const EVERY_MS = 20;

/** Pairs at the same time: few, so that they don't wait for each other. */
const USERS = isSmoke ? 9 : 4;

/** The last message may still be on its way around the world. */
const LAST_ARRIVES_WITHIN_MS = 1000;

export const options = {
  scenarios: {
    pairs: isSmoke
      ? {
          executor: 'shared-iterations',
          vus: USERS,
          iterations: numberFrom('PAIRS', 36),
          maxDuration: '5m',
        }
      : { executor: 'constant-vus', vus: USERS, duration: `${profile.seconds}s`, gracefulStop: '30s' },
  },
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_missing: ['count==0'],
    nats_delivered: ['count>0'],
    nats_delivery: ['p(95)<1000'],
    nats_request: ['p(95)<1500'],
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  const { regions } = await reachTarget();
  return { regions, cities: citiesOf(regions) };
}

/** @param {Setup} target */
export default async function measurePair({ regions, cities }) {
  // Each region with itself, then with the next one, and so on: even an interrupted run covers every region.
  const number = exec.scenario.iterationInTest;
  const from = regions[number % regions.length] ?? '';
  const to = regions[(number + Math.floor(number / regions.length)) % regions.length] ?? '';
  let arrived = 0;
  const tags = { ...cityTag(cities[to]), region: to, peer: from, size: `${SIZE}` };
  const linked = await openPair({ from, to, cities }, ({ payload }) => {
    arrived += 1;
    metrics.deliveryTime.add(nowMs() - Number(textOf(payload.subarray(0, 24))), tags);
  });
  if (linked === undefined) return;
  const { publisher, subscriber, subject, service } = linked;
  const payload = new Uint8Array(SIZE).fill(32);
  for (let n = 0; n < MESSAGES; n += 1) {
    payload.set(bytesOf(`${nowMs()}`.padEnd(24).slice(0, 24)));
    publisher.publish(subject, payload);
    await pause(EVERY_MS);
  }
  await measureRequests(publisher, service, {
    ...cityTag(cities[from]),
    region: from,
    peer: to,
    size: `${SIZE}`,
  });
  for (let waited = 0; arrived < MESSAGES && waited < LAST_ARRIVES_WITHIN_MS; waited += EVERY_MS)
    await pause(EVERY_MS);
  metrics.published.add(MESSAGES, { region: from, size: `${SIZE}` });
  metrics.delivered.add(arrived, { region: to, size: `${SIZE}` });
  metrics.missing.add(MESSAGES - arrived, { region: to, peer: from });
  await publisher.close();
  await subscriber.close();
}

/**
 * @param {import('./lib/nats-client.js').NatsClient} requester
 * @param {string} service
 * @param {Record<string, string>} tags
 */
async function measureRequests(requester, service, tags) {
  const payload = new Uint8Array(SIZE).fill(46);
  for (let n = 0; n < MESSAGES; n += 1) {
    const started = nowMs();
    try {
      await requester.request(service, payload);
      metrics.requestTime.add(nowMs() - started, tags);
      metrics.errors.add(false);
    } catch (error) {
      metrics.errors.add(true, { kind: 'request', ...tags });
      console.error(`${tags.region} to ${tags.peer}: ${error}`);
    }
    await pause(EVERY_MS);
  }
}
