// @ts-check
// Over hours at a steady rate: does anything grow? Memory, latencies, lost connections.

import exec from 'k6/execution';
import { Pinger } from './lib/asker.js';
import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs, scenarioMs } from './lib/clock.js';
import { Receiver, Sender } from './lib/flow.js';
import { Growth } from './lib/growth.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { keepSchedule } from './lib/pace.js';
import { isLinked } from './lib/pair.js';
import { clientsOfRun, measuringOnce, onceEach, profileOfRun } from './lib/profiles.js';
import { userId } from './lib/runner.js';
import { numberFrom, sizeFrom } from './lib/settings.js';
import { cityTag, reachTarget } from './lib/target.js';
import { HAS_CONTROL, readMemory } from './lib/target-control.js';
import { lastOnes, planEnds, Times } from './lib/times.js';
import { pause } from './lib/wait.js';
import { plannedWork } from './lib/work.js';

/** @typedef {import('./lib/cities.js').City} City */
/** @typedef {{ city: City, client: LastingClient, subject: string, receiver: Receiver }} Member */

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(profile.clients);
const isShort = profile.seconds < 600;

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Each virtual user is a ring: every client publishes to the next one. */
const CLIENTS_PER_USER = 6;
const USERS = Math.ceil(CLIENT_COUNT / CLIENTS_PER_USER);

/** Between two rounds of a client, each a PING and a message: few enough that a run of hours leaves a readable file. */
const EVERY_MS = numberFrom('EVERY_MS', isShort ? 200 : 2_000);

const PER_SECOND = (USERS * CLIENTS_PER_USER * 1000) / EVERY_MS;

/** For the last message to arrive. */
const LAST_MS = 2_000;

/** A hundred samples of the memory over the run, but no more than four a second. */
const LOOK_EVERY_MS = Math.max(250, profile.seconds * 10);

/** For minutes the caches of all processes still fill; after hours they are full. */
const MEMORY_GROWTH_LIMIT = isShort ? 3 : 1.25;
const LATENCY_GROWTH_LIMIT = isShort ? 5 : 1.5;

export const options = {
  scenarios: {
    clients: measuringOnce({
      users: USERS,
      seconds: profile.seconds,
      lastMs: LAST_MS,
      work: plannedWork({ message: PER_SECOND, ping: PER_SECOND }, USERS),
      exec: 'talk',
    }),
    ...(HAS_CONTROL && { memory: onceEach({ seconds: profile.seconds + 5, exec: 'watchMemory' }) }),
  },
  thresholds: {
    nats_disconnects: ['count==0'],
    nats_missing: ['count==0'],
    nats_unsent: ['count==0'],
    nats_disordered: ['count==0'],
    nats_doubled: ['count==0'],
    nats_published: ['count>0'],
    nats_errors: ['rate<0.001'],
    nats_latency_growth: [`med<${LATENCY_GROWTH_LIMIT}`],
    ...(HAS_CONTROL && { nats_memory_growth: [`max<${MEMORY_GROWTH_LIMIT}`] }),
  },
};

export async function setup() {
  if (!HAS_CONTROL) console.warn('memory is not measured: that needs npm run loadtest and a local stack');
  return reachTarget({ size: SIZE });
}

/** A ring of clients that talk for the whole run. */
export async function talk() {
  const times = new Times(profile.seconds, LAST_MS);
  const first = exec.scenario.iterationInTest * CLIENTS_PER_USER;
  const cities = spreadOver(USERS * CLIENTS_PER_USER, CITIES).slice(first, first + CLIENTS_PER_USER);
  const latency = new Growth(profile.seconds);
  let fromMs = Number.POSITIVE_INFINITY;
  const clients = cities.map((city) => new LastingClient(city, { endsAtMs: times.endsAtMs }));
  const ring = cities.map((city, index) => {
    const before = clients[(index + clients.length - 1) % clients.length];
    return join(city, /** @type {LastingClient} */ (clients[index]), before, (ms) =>
      latency.add(nowMs() - fromMs, ms),
    );
  });
  await Promise.all(clients.map((client) => client.open(times.readyByMs - nowMs())));
  await Promise.all(ring.map((member, index) => linked(member, nextOf(ring, index), times.readyByMs)));
  const schedule = times.begin();
  fromMs = schedule.fromMs;
  const pinger = new Pinger(schedule.endsAtMs);
  const senders = await Promise.all(
    ring.map((member, index) => rounds(member, nextOf(ring, index), { ...schedule, index, pinger })),
  );
  await planEnds(schedule.untilMs, [...clients, ...ring.map(({ receiver }) => receiver)]);
  const isDone = () =>
    pinger.pending === 0 &&
    ring.every(({ receiver }, index) => receiver.arrived >= (beforeOf(senders, index)?.sent ?? 0));
  await lastOnes(schedule.endsAtMs, isDone);
  for (const [index, { receiver }] of ring.entries()) receiver.finish(beforeOf(senders, index)?.sent ?? 0);
  const ratio = latency.ratio();
  if (ratio !== undefined) metrics.latencyGrowth.add(ratio);
  await Promise.all(clients.map((client) => client.close()));
}

/** @template T @param {readonly T[]} ring @param {number} index */
function nextOf(ring, index) {
  return ring[(index + 1) % ring.length];
}

/** @template T @param {readonly T[]} ring @param {number} index */
function beforeOf(ring, index) {
  return ring[(index + ring.length - 1) % ring.length];
}

/**
 * @param {City} city
 * @param {LastingClient} client
 * @param {LastingClient | undefined} before who publishes to it
 * @param {(ms: number) => void} onTime told how long each message took
 * @returns {Member}
 */
function join(city, client, before, onTime) {
  const subject = `k6.soak.${userId()}.${Math.random().toString(36).slice(2)}`;
  const tags = { ...cityTag(city), size: `${SIZE}` };
  const receiver = new Receiver(client, { everyMs: EVERY_MS, peer: () => before?.region ?? '', tags });
  client.subscribe(subject, (message) => onTime(receiver.take(message)));
  client.subscribe(`${subject}.service`, ({ payload, reply }) => client.publish(reply, payload));
  return { city, client, subject, receiver };
}

/**
 * Interest crosses the mesh after the subscription; a message published before it arrives would be missed.
 *
 * @param {Member} member
 * @param {Member | undefined} next
 * @param {number} byMs
 */
async function linked({ client }, next, byMs) {
  if (next === undefined || (await isLinked(client, `${next.subject}.service`, byMs))) return;
  metrics.errors.add(true, { kind: 'unlinked', region: next.client.region, peer: client.region });
  console.error(`what is published in ${client.region} does not arrive in ${next.client.region}`);
}

/**
 * One client's rounds until the end of the run.
 *
 * @param {Member} member
 * @param {Member | undefined} next to whom it publishes
 * @param {{ fromMs: number, untilMs: number, index: number, pinger: Pinger }} schedule
 * @returns {Promise<Sender>}
 */
async function rounds({ client, city }, next, { fromMs, untilMs, index, pinger }) {
  const sender = new Sender(client, { subject: next?.subject ?? '', size: SIZE });
  // Spread over the interval, so that the load is even.
  const startsAtMs = fromMs + (EVERY_MS * index) / CLIENTS_PER_USER;
  await keepSchedule(
    { fromMs: startsAtMs, untilMs, everyMs: EVERY_MS },
    (dueMs) => {
      pinger.ping(client, dueMs, cityTag(city));
      next?.receiver.expect(dueMs);
      sender.send(dueMs);
    },
    () => {
      pinger.skip(client, cityTag(city));
      sender.skip();
    },
  );
  return sender;
}

export async function watchMemory() {
  /** @type {Map<string, Growth>} */
  const growths = new Map();
  while (scenarioMs() < profile.seconds * 1000) {
    for (const { name, residentBytes } of readMemory() ?? []) {
      metrics.processMemory.add(residentBytes, { process: name });
      const growth = growths.get(name) ?? new Growth(profile.seconds);
      growths.set(name, growth);
      growth.add(scenarioMs(), residentBytes);
    }
    await pause(LOOK_EVERY_MS);
  }
  for (const [process, growth] of growths) {
    const ratio = growth.ratio();
    if (ratio !== undefined) metrics.memoryGrowth.add(ratio, { process });
  }
}
