// @ts-check
// How many idle clients does the edge hold, how fast do they connect, and what does each cost in memory? They only
// PING now and then.

import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs, scenarioMs } from './lib/clock.js';
import * as metrics from './lib/metrics.js';
import { onceEach, profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { cityTag, connectFrom, reachTarget } from './lib/target.js';
import { clientsOfTarget, HAS_CONTROL, noteMemory } from './lib/target-control.js';
import { eventually, pause } from './lib/wait.js';

/** @typedef {{ client: import('./lib/nats-client.js').NatsClient, place: { city: string } }} Idle */

/** @type {Readonly<Record<string, number>>} unless CLIENTS says otherwise */
const CLIENTS = { smoke: 100, average: 1_000, stress: 3_000, spike: 2_000, soak: 1_000 };

const profile = profileOfRun();
const CLIENT_COUNT = Math.round(numberFrom('CLIENTS', CLIENTS[profile.name] ?? profile.clients));

/** A virtual user costs k6 megabytes, a socket little, so each user holds many. */
const USERS = Math.min(50, Math.ceil(CLIENT_COUNT / 20));
const CLIENTS_PER_USER = Math.ceil(CLIENT_COUNT / USERS);

/** Connections that one virtual user opens at a time. */
const CONNECTING_AT_ONCE = 4;

/** Time for all to connect, before they are held: two cores that also run the edge take 130 to 600 a second. */
const CONNECT_SECONDS = Math.round(numberFrom('CONNECT_SECONDS', Math.max(5, CLIENT_COUNT / 30)));
const HOLD_SECONDS = profile.seconds;
const MAX_SECONDS = CONNECT_SECONDS * 4 + HOLD_SECONDS + 60;

/** For every region to say how many clients it has, before the run. */
const COUNTED_WITHIN_MS = 10_000;

const people = spreadOver(600, CITIES);

export const options = {
  scenarios: {
    clients: onceEach({ users: USERS, seconds: MAX_SECONDS, exec: 'holdClients' }),
    observer: onceEach({ seconds: MAX_SECONDS, exec: 'observe' }),
  },
  thresholds: {
    nats_errors: ['rate==0'],
    nats_disconnects: ['count==0'],
    nats_ping: ['p(99)<2000'],
    nats_connect: ['p(99)<10000'],
  },
  setupTimeout: '120s',
};

export async function setup() {
  await reachTarget();
  if (!HAS_CONTROL)
    console.warn('memory per client is not measured: that needs npm run loadtest and a local stack');
  const clientsBefore = await eventually(COUNTED_WITHIN_MS, async () => clientsOfTarget());
  if (clientsBefore === undefined) throw new Error('a region does not say how many clients it has');
  return { memoryBefore: noteMemory(), clientsBefore };
}

/** Connects this user's share of the clients, keeps them until the time is over, and closes them. */
export async function holdClients() {
  /** @type {Idle[]} */
  const clients = [];
  const started = nowMs();
  const connectors = Array.from({ length: CONNECTING_AT_ONCE }, (_, lane) => connectEvery(lane, clients));
  await Promise.all(connectors);
  // All users connect at the same time: each speaks for all.
  metrics.connectRate.add((clients.length * USERS * 1000) / (nowMs() - started));
  const endsAt = (CONNECT_SECONDS + HOLD_SECONDS) * 1000;
  for (let n = 0; scenarioMs() < endsAt; n += 1) {
    const client = clients[n % clients.length];
    if (client === undefined) break;
    await pingOnce(client);
  }
  await Promise.all(clients.map(({ client }) => client.close()));
}

/** @param {number} lane @param {Idle[]} clients */
async function connectEvery(lane, clients) {
  for (let n = lane; n < CLIENTS_PER_USER; n += CONNECTING_AT_ONCE) {
    const city = people[((__VU * CLIENTS_PER_USER + n) * 7) % people.length];
    let region = '';
    const client = await connectFrom(city, {
      onClose: () => metrics.disconnects.add(1, { ...cityTag(city), region }),
    });
    if (client === undefined) continue;
    region = client.region;
    clients.push({ client, place: cityTag(city) });
  }
}

/** PINGs in total, whatever the number of clients: the question is what idle ones cost. */
const PINGS_PER_SECOND = 200;

/** @param {Idle} idle */
async function pingOnce({ client, place }) {
  const started = nowMs();
  const ms = await client.ping().catch(() => undefined);
  if (ms !== undefined) metrics.pingTime.add(ms, { ...place, region: client.region });
  else metrics.errors.add(true, { ...place, kind: 'ping' });
  await pause((1000 * USERS) / PINGS_PER_SECOND - (nowMs() - started));
}

/**
 * Counts the clients, and once all are connected records what they cost.
 *
 * @param {{ memoryBefore: number | undefined, clientsBefore: number }} before
 */
export async function observe({ memoryBefore, clientsBefore }) {
  const endsAt = (CONNECT_SECONDS + HOLD_SECONDS) * 1000;
  let isComplete = false;
  while (scenarioMs() < endsAt - 2000) {
    const clients = clientsOfTarget();
    const memory = noteMemory();
    if (clients !== undefined) {
      const open = clients - clientsBefore;
      metrics.clients.add(open);
      if (open >= CLIENTS_PER_USER * USERS) isComplete = true;
      if (isComplete && memory !== undefined && memoryBefore !== undefined && open > 0)
        metrics.clientMemory.add((memory - memoryBefore) / open);
    }
    await pause(1000);
  }
  if (!isComplete)
    console.error(`not all of ${CLIENTS_PER_USER * USERS} clients were there at the same time`);
  if (!isComplete) metrics.errors.add(true, { kind: 'incomplete' });
}
