// A publisher and a subscriber, in two regions or in one: what one publishes arrives at the other. Both last: they come
// back when their connections end.

import { nowMs } from './clock.js';
import { LastingClient } from './lasting-client.js';
import * as metrics from './metrics.js';
import { userId } from './runner.js';
import { forcedTo } from './target.js';
import { pause } from './wait.js';

/** @typedef {import('./cities.js').City} City */

/**
 * @typedef {object} Pair
 * @property {LastingClient} publisher
 * @property {LastingClient} subscriber
 * @property {string} subject of the messages
 * @property {string} service subject on which the subscriber answers requests
 */

const PROBE_TIMEOUT_MS = 1_000;
const PROBE_EVERY_MS = 50;

let count = 0;

/**
 * A client that a region serves and no other.
 *
 * @param {string} region
 * @param {{ cities: Record<string, City>, endsAtMs: number, tags?: Record<string, string> }} options
 */
export function clientIn(region, { cities, ...options }) {
  return new LastingClient(cities[region], { ...options, region, headers: forcedTo(region) });
}

/**
 * Both ends, as far as they can be had in time: a pair that is not linked by then is counted, and may still come.
 *
 * @param {{ from: string, to: string, cities: Record<string, City>, readyByMs: number, endsAtMs: number, publisher?: LastingClient, tags?: Record<string, string> }} ends
 *   ids of the regions; the publisher may be one that is connected already
 * @param {(message: import('./nats-protocol.js').Message) => void} onMessage
 * @returns {Promise<Pair>}
 */
export async function openPair({ from, to, readyByMs, publisher: given, ...options }, onMessage) {
  const publisher = given ?? clientIn(from, options);
  const subscriber = clientIn(to, options);
  const subject = `k6.${userId()}.${Date.now().toString(36)}.${count}`;
  count += 1;
  const service = `${subject}.service`;
  subscriber.subscribe(subject, onMessage);
  subscriber.subscribe(service, ({ payload, reply }) => subscriber.publish(reply, payload));
  const withinMs = readyByMs - nowMs();
  await Promise.all([subscriber.open(withinMs), ...(given === undefined ? [publisher.open(withinMs)] : [])]);
  if (!(await isLinked(publisher, service, readyByMs))) {
    metrics.errors.add(true, { kind: 'unlinked', region: to, peer: from });
    console.error(`what is published in ${from} does not arrive in ${to}`);
  }
  return { publisher, subscriber, subject, service };
}

/**
 * Interest crosses the mesh within a round trip; a region that was asleep takes longer.
 *
 * @param {LastingClient} publisher
 * @param {string} service that answers whatever it is asked
 * @param {number} byMs
 * @returns {Promise<boolean>} whether what it publishes arrives there
 */
export async function isLinked(publisher, service, byMs) {
  for (; nowMs() < byMs; await pause(PROBE_EVERY_MS)) {
    if (!publisher.isOpen) continue;
    const withinMs = Math.min(PROBE_TIMEOUT_MS, byMs - nowMs());
    const answer = await publisher.request(service, 'link', withinMs).catch(() => undefined);
    // "No responders" has a header and no payload.
    if (answer !== undefined && answer.headers === '' && answer.payload.length > 0) return true;
  }
  return false;
}
