// A publisher and a subscriber, in two regions or in one, ready: what one publishes arrives at the other.

import * as metrics from './metrics.js';
import { connectFrom, forcedTo } from './target.js';
import { eventually } from './wait.js';

/** @typedef {import('./nats-client.js').NatsClient} NatsClient */
/** @typedef {import('./cities.js').City} City */

/**
 * @typedef {object} Pair
 * @property {NatsClient} publisher
 * @property {NatsClient} subscriber
 * @property {string} subject of the messages
 * @property {string} service subject on which the subscriber answers requests
 */

/** Interest crosses the mesh within a round trip; a region that was asleep takes longer. */
const LINKED_WITHIN_MS = 10_000;
const PROBE_TIMEOUT_MS = 1000;

let count = 0;

/**
 * @param {{ from: string, to: string, cities: Record<string, City> }} ends ids of the regions
 * @param {(message: import('./nats-protocol.js').Message) => void} onMessage
 * @returns {Promise<Pair | undefined>} undefined, and counted, if messages do not arrive
 */
export async function openPair({ from, to, cities }, onMessage) {
  const publisher = await connectFrom(cities[from], { headers: forcedTo(from) });
  const subscriber = await connectFrom(cities[to], { headers: forcedTo(to) });
  const subject = `k6.${__VU}.${Date.now().toString(36)}.${count}`;
  count += 1;
  const service = `${subject}.service`;
  if (publisher !== undefined && subscriber !== undefined) {
    subscriber.subscribe(subject, onMessage);
    subscriber.subscribe(service, ({ payload, reply }) => subscriber.publish(reply, payload));
    if (await isLinked(publisher, service)) return { publisher, subscriber, subject, service };
    metrics.errors.add(true, { kind: 'unlinked', region: to });
    console.error(`what is published in ${from} does not arrive in ${to}`);
  }
  await publisher?.close();
  await subscriber?.close();
  return undefined;
}

/** @param {NatsClient} publisher @param {string} service */
async function isLinked(publisher, service) {
  const answer = await eventually(LINKED_WITHIN_MS, async () => {
    const { headers, payload } = await publisher
      .request(service, 'link', PROBE_TIMEOUT_MS)
      .catch(() => NOTHING);
    // "No responders" has a header and no payload.
    return headers === '' && payload.length > 0 ? true : undefined;
  });
  return answer === true;
}

const NOTHING = { headers: '', payload: new Uint8Array(0) };
