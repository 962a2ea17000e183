// @ts-check
// How long until each of many subscribers in all regions has a message of one publisher, and does every subscriber get
// every message?

import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs } from './lib/clock.js';
import * as metrics from './lib/metrics.js';
import { bytesOf, textOf } from './lib/nats-protocol.js';
import { keepPace } from './lib/pace.js';
import { onceEach, profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { cityTag, connectFrom, reachTarget } from './lib/target.js';
import { eventually } from './lib/wait.js';

/** @typedef {{ subject: string }} Setup */
/** @typedef {import('./lib/nats-client.js').NatsClient} NatsClient */
/** @typedef {import('./lib/cities.js').City} City */
/** @typedef {{ client: NatsClient, city: City, arrived: number, hasProbe: boolean, hasEnd: boolean }} Listener */

const profile = profileOfRun();

/** Payload, bytes; it has to hold the time of publishing. */
const SIZE = Math.max(24, Math.round(numberFrom('SIZE', 128)));

/** Every region should have some, even in a smoke run. */
const SUBSCRIBERS = Math.max(60, profile.clients);
const SUBSCRIBERS_PER_USER = 20;
const USERS = Math.ceil(SUBSCRIBERS / SUBSCRIBERS_PER_USER);

/** Messages per second that are published. */
const RATE = numberFrom('RATE', 10);

/** Deliveries that become a sample, per second, over all subscribers. */
const SAMPLES_PER_SECOND = 1000;
const SAMPLED_SHARE = Math.min(1, SAMPLES_PER_SECOND / (RATE * SUBSCRIBERS));

/** For all subscribers to connect, and for the last message to arrive. */
const READY_WITHIN_MS = 60_000;
const ENDED_WITHIN_MS = 10_000;
const MAX_SECONDS = profile.seconds + 90;

const STAMP_BYTES = 20;
const people = spreadOver(USERS * SUBSCRIBERS_PER_USER, CITIES);

export const options = {
  scenarios: {
    subscribers: onceEach({ users: USERS, seconds: MAX_SECONDS, exec: 'subscribe' }),
    publisher: onceEach({ seconds: MAX_SECONDS, exec: 'publish' }),
  },
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_missing: ['count==0'],
    nats_delivery: ['p(95)<1000'],
    nats_delivered: ['count>0'],
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  await reachTarget();
  return { subject: `k6.fanout.${Date.now().toString(36)}` };
}

/** @param {Setup} setup */
export async function publish({ subject }) {
  const city = CITIES[0];
  const client = await connectFrom(city);
  if (client === undefined) return;
  let ready = 0;
  client.subscribe(`${subject}.ready`, ({ payload }) => {
    ready += Number(textOf(payload));
  });
  // Interest crosses the mesh after the subscription: each subscriber reports when the first probe has arrived.
  const listeners = await eventually(READY_WITHIN_MS, async () => {
    client.publish(`${subject}.probe`, '');
    return ready >= USERS * SUBSCRIBERS_PER_USER ? ready : undefined;
  });
  if (listeners === undefined) {
    console.error(`${ready} of ${USERS * SUBSCRIBERS_PER_USER} subscribers could be reached`);
    metrics.errors.add(true, { ...cityTag(city), kind: 'unreached' });
  }
  await send(client, subject);
  await client.close();
}

/** @param {NatsClient} client @param {string} subject */
async function send(client, subject) {
  const payload = new Uint8Array(SIZE).fill(32);
  const tags = { region: client.region, size: `${SIZE}` };
  let count = 0;
  await keepPace({ perSecond: RATE, seconds: profile.seconds, everyMs: 1000 / RATE }, (due) => {
    for (let n = 0; n < due && client.isOpen; n += 1) {
      payload.set(bytesOf(`${nowMs()}`.padEnd(STAMP_BYTES).slice(0, STAMP_BYTES)));
      // The reply subject tells the subscribers where it was published.
      client.publish(`${subject}.news`, payload, client.region);
      count += 1;
    }
    metrics.published.add(due, tags);
    metrics.publishedBytes.add(due * SIZE, tags);
  });
  client.publish(`${subject}.end`, `${count}`);
  await client.ping().catch(() => undefined);
}

/** Some subscribers, until each has received the publisher's last message. @param {Setup} setup */
export async function subscribe({ subject }) {
  const first = ((__VU - 1) % USERS) * SUBSCRIBERS_PER_USER;
  const cities = people.slice(first, first + SUBSCRIBERS_PER_USER);
  let expected = 0;
  /** @type {(Listener | undefined)[]} */
  const all = await Promise.all(cities.map((city) => listen(city, subject, (count) => (expected = count))));
  const listeners = all.filter((listener) => listener !== undefined);
  await eventually(READY_WITHIN_MS, async () => listeners.every(({ hasProbe }) => hasProbe) || undefined);
  listeners[0]?.client.publish(`${subject}.ready`, `${listeners.filter(({ hasProbe }) => hasProbe).length}`);
  const endsWithinMs = READY_WITHIN_MS + profile.seconds * 1000 + ENDED_WITHIN_MS;
  await eventually(endsWithinMs, async () => listeners.every(({ hasEnd }) => hasEnd) || undefined);
  for (const { client, arrived } of listeners) {
    const tags = { region: client.region, size: `${SIZE}` };
    metrics.missing.add(expected - arrived, tags);
    metrics.delivered.add(arrived, tags);
    metrics.deliveredBytes.add(arrived * SIZE, tags);
  }
  await Promise.all(listeners.map(({ client }) => client.close()));
}

/**
 * @param {City} city
 * @param {string} subject
 * @param {(count: number) => void} onEnd told how many messages there were
 * @returns {Promise<Listener | undefined>}
 */
async function listen(city, subject, onEnd) {
  const client = await connectFrom(city);
  if (client === undefined) return undefined;
  const listener = { client, city, arrived: 0, hasProbe: false, hasEnd: false };
  const place = { ...cityTag(city), region: client.region, size: `${SIZE}` };
  client.subscribe(`${subject}.news`, ({ payload, reply }) => {
    listener.arrived += 1;
    if (Math.random() >= SAMPLED_SHARE) return;
    const sentAt = Number(textOf(payload.subarray(0, STAMP_BYTES)));
    metrics.deliveryTime.add(nowMs() - sentAt, { ...place, peer: reply });
  });
  client.subscribe(`${subject}.end`, ({ payload }) => {
    listener.hasEnd = true;
    onEnd(Number(textOf(payload)));
  });
  client.subscribe(`${subject}.probe`, () => {
    listener.hasProbe = true;
  });
  return listener;
}
