// @ts-check
// Over hours at a steady rate: does anything grow? Memory, latencies, lost connections.

import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs, scenarioMs } from './lib/clock.js';
import { Growth } from './lib/growth.js';
import * as metrics from './lib/metrics.js';
import { bytesOf, textOf } from './lib/nats-protocol.js';
import { onceEach, profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { cityTag, connectFrom, reachTarget } from './lib/target.js';
import { HAS_CONTROL, readMemory } from './lib/target-control.js';
import { pause } from './lib/wait.js';

/** @typedef {import('./lib/nats-client.js').NatsClient} NatsClient */
/** @typedef {{ client: NatsClient, city: import('./lib/cities.js').City, subject: string }} Member */

const profile = profileOfRun();
const isShort = profile.seconds < 600;

/** Payload, bytes; it has to hold the time of publishing. */
const SIZE = Math.max(24, Math.round(numberFrom('SIZE', 128)));

/** Each virtual user is a ring: every client publishes to the next one. */
const CLIENTS_PER_USER = 6;
const USERS = Math.ceil(profile.clients / CLIENTS_PER_USER);

/** Between two rounds of a client, each a PING and a message: few enough that a run of hours leaves a readable file. */
const EVERY_MS = numberFrom('EVERY_MS', isShort ? 200 : 2_000);

/** For the last message to arrive. */
const AFTER_SECONDS = 2;

/** A hundred samples of the memory over the run, but no more than four a second. */
const LOOK_EVERY_MS = Math.max(250, profile.seconds * 10);

/** For minutes the caches of all processes still fill; after hours they are full. */
const MEMORY_GROWTH_LIMIT = isShort ? 3 : 1.25;
const LATENCY_GROWTH_LIMIT = isShort ? 5 : 1.5;

export const options = {
  scenarios: {
    clients: onceEach({ users: USERS, seconds: profile.seconds + 60, exec: 'talk' }),
    ...(HAS_CONTROL && { memory: onceEach({ seconds: profile.seconds + 60, exec: 'watchMemory' }) }),
  },
  thresholds: {
    nats_disconnects: ['count==0'],
    nats_missing: ['count==0'],
    nats_published: ['count>0'],
    nats_errors: ['rate<0.001'],
    nats_latency_growth: [`med<${LATENCY_GROWTH_LIMIT}`],
    nats_memory_growth: [`max<${MEMORY_GROWTH_LIMIT}`],
  },
};

export async function setup() {
  if (!HAS_CONTROL) console.warn('memory is not measured: that needs npm run loadtest and a local stack');
  return reachTarget();
}

/** A ring of clients that talk for the whole run. */
export async function talk() {
  const first = ((__VU - 1) % USERS) * CLIENTS_PER_USER;
  const cities = spreadOver(USERS * CLIENTS_PER_USER, CITIES);
  const latency = new Growth(profile.seconds);
  const ring = (await Promise.all(cities.slice(first, first + CLIENTS_PER_USER).map(join))).filter(
    (member) => member !== undefined,
  );
  let arrived = 0;
  for (const [index, { client, city, subject }] of ring.entries()) {
    const peer = ring[(index + ring.length - 1) % ring.length]?.client.region ?? '';
    client.subscribe(subject, ({ payload }) => {
      arrived += 1;
      const ms = nowMs() - Number(textOf(payload.subarray(0, STAMP_BYTES)));
      latency.add(nowMs(), ms);
      metrics.deliveryTime.add(ms, { ...cityTag(city), region: client.region, peer, size: `${SIZE}` });
    });
  }
  await settled(ring);
  const sent = await Promise.all(
    ring.map((member, index) => rounds(member, ring[(index + 1) % ring.length], index)),
  );
  await pause(AFTER_SECONDS * 1000);
  const published = sent.reduce((sum, count) => sum + count, 0);
  metrics.missing.add(published - arrived);
  const ratio = latency.ratio();
  if (ratio !== undefined) metrics.latencyGrowth.add(ratio);
  await Promise.all(ring.map(({ client }) => client.close()));
}

/** Interest crosses the mesh after the subscription; a message published before it arrives would be missed. */
const INTEREST_MS = 1_000;

/** @param {readonly Member[]} ring */
async function settled(ring) {
  await Promise.all(ring.map(({ client }) => client.ping().catch(() => undefined)));
  await pause(INTEREST_MS);
}

/** @param {import('./lib/cities.js').City} city @param {number} index @returns {Promise<Member | undefined>} */
async function join(city, index) {
  const tags = cityTag(city);
  const client = await connectFrom(city, {
    onClose: (reason) => metrics.disconnects.add(1, { ...tags, kind: reason }),
  });
  return (
    client && { client, city, subject: `k6.soak.${__VU}.${index}.${Math.random().toString(36).slice(2)}` }
  );
}

const STAMP_BYTES = 20;

/**
 * One client's rounds until the end of the run.
 *
 * @param {Member} member
 * @param {Member | undefined} next to whom it publishes
 * @param {number} index
 * @returns {Promise<number>} messages published
 */
async function rounds({ client, city }, next, index) {
  const payload = new Uint8Array(SIZE).fill(32);
  const tags = { ...cityTag(city), region: client.region };
  // Spread over the interval, so that the load is even.
  await pause((EVERY_MS * index) / CLIENTS_PER_USER);
  let count = 0;
  while (client.isOpen && scenarioMs() < profile.seconds * 1000) {
    const started = nowMs();
    const ms = await client.ping().catch(() => undefined);
    metrics.errors.add(ms === undefined, { ...tags, kind: 'ping' });
    if (ms !== undefined) metrics.pingTime.add(ms, tags);
    if (next !== undefined && client.isOpen) {
      payload.set(bytesOf(`${nowMs()}`.padEnd(STAMP_BYTES).slice(0, STAMP_BYTES)));
      client.publish(next.subject, payload);
      count += 1;
    }
    await pause(started + EVERY_MS - nowMs());
  }
  metrics.published.add(count, { region: client.region, size: `${SIZE}` });
  return count;
}

export async function watchMemory() {
  /** @type {Map<string, Growth>} */
  const growths = new Map();
  while (scenarioMs() < profile.seconds * 1000) {
    for (const { name, residentBytes } of readMemory() ?? []) {
      metrics.processMemory.add(residentBytes, { process: name });
      const growth = growths.get(name) ?? new Growth(profile.seconds);
      growths.set(name, growth);
      growth.add(nowMs(), residentBytes);
    }
    await pause(LOOK_EVERY_MS);
  }
  for (const [process, growth] of growths) {
    const ratio = growth.ratio();
    if (ratio !== undefined) metrics.memoryGrowth.add(ratio, { process });
  }
}
