// @ts-check
// How many idle clients does the edge hold, how fast do they connect, and what does each cost in memory? They only
// PING now and then.

import exec from 'k6/execution';
import { Pinger } from './lib/asker.js';
import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs, scenarioMs, scenarioStartMs } from './lib/clock.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { keepSchedule } from './lib/pace.js';
import { clientsOfRun, onceEach, profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { noteSkipped } from './lib/skipped.js';
import { cityTag, reachTarget } from './lib/target.js';
import { clientsOfTarget, HAS_CONTROL, noteMemory } from './lib/target-control.js';
import { lastOnes } from './lib/times.js';
import { eventually, pause } from './lib/wait.js';

/** @typedef {{ client: LastingClient, place: { city: string } }} Idle */

/** @type {Readonly<Record<string, number>>} unless CLIENTS says otherwise */
const CLIENTS = { smoke: 100, average: 1_000, stress: 3_000, spike: 2_000, soak: 1_000 };

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(CLIENTS[profile.name] ?? profile.clients);

/** A virtual user costs k6 megabytes, a socket little, so each user holds many. */
const USERS = Math.min(50, Math.ceil(CLIENT_COUNT / 20));
const CLIENTS_PER_USER = Math.ceil(CLIENT_COUNT / USERS);

/** Connections that one virtual user opens at a time. */
const CONNECTING_AT_ONCE = 4;

/** Time for all to connect, before they are held: two cores that also run the edge take 130 to 600 a second. */
const CONNECT_SECONDS = Math.round(numberFrom('CONNECT_SECONDS', Math.max(5, CLIENT_COUNT / 30)));
const HOLD_SECONDS = profile.seconds;
const SECONDS = CONNECT_SECONDS + HOLD_SECONDS;

/** For the last answers, and with the goodbyes of all. */
const LAST_MS = 2_000;
const LAST_SECONDS = 8;

/** A region that is busy with thousands of connections takes its time. */
const ATTEMPT_TIMEOUT_MS = 15_000;

/** How fast it connects clients is what is asked, so they may wait for as long as most of them have to be connected in. */
const PATIENCE_MS = 10_000;

/** For every region to say how many clients it has, before the run. */
const COUNTED_WITHIN_MS = 10_000;

const people = spreadOver(600, CITIES);

export const options = {
  scenarios: {
    clients: onceEach({
      users: USERS,
      seconds: SECONDS + LAST_SECONDS,
      plannedSeconds: SECONDS,
      exec: 'holdClients',
    }),
    observer: onceEach({ seconds: SECONDS + LAST_SECONDS, exec: 'observe' }),
  },
  thresholds: {
    nats_errors: ['rate==0'],
    nats_disconnects: ['count==0'],
    nats_unanswered: ['count==0'],
    nats_ping: ['p(99)<2000'],
    nats_connect: [`p(99)<${PATIENCE_MS}`],
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
  const endsAtMs = scenarioStartMs() + SECONDS * 1000;
  const connectors = Array.from({ length: CONNECTING_AT_ONCE }, (_, lane) =>
    connectEvery(lane, clients, endsAtMs),
  );
  await Promise.all(connectors);
  // Those for whom there was no time were due as well.
  noteSkipped({ kind: 'connect' }, CLIENTS_PER_USER - clients.length);
  // All users connect at the same time: each speaks for all.
  const open = clients.filter(({ client }) => client.isOpen).length;
  metrics.connectRate.add((open * USERS * 1000) / (nowMs() - started));
  let turn = 0;
  const pinger = new Pinger(endsAtMs + LAST_MS);
  const everyMs = (1000 * USERS) / PINGS_PER_SECOND;
  const next = () => {
    turn += 1;
    return clients[(turn - 1) % clients.length];
  };
  await keepSchedule(
    { fromMs: nowMs(), untilMs: endsAtMs, everyMs },
    (dueMs) => {
      const idle = next();
      if (idle !== undefined) pinger.ping(idle.client, dueMs, idle.place);
    },
    () => {
      const idle = next();
      if (idle !== undefined) pinger.skip(idle.client, idle.place);
    },
  );
  await lastOnes(endsAtMs + LAST_MS, () => pinger.pending === 0);
  await Promise.all(clients.map(({ client }) => client.close()));
}

/**
 * As fast as the target takes them: how fast that is, is the question.
 *
 * @param {number} lane
 * @param {Idle[]} clients
 * @param {number} endsAtMs
 */
async function connectEvery(lane, clients, endsAtMs) {
  for (let n = lane; n < CLIENTS_PER_USER && nowMs() < endsAtMs; n += CONNECTING_AT_ONCE) {
    const city = people[((exec.scenario.iterationInTest * CLIENTS_PER_USER + n) * 7) % people.length];
    const client = new LastingClient(city, {
      endsAtMs,
      attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
      patienceMs: PATIENCE_MS,
    });
    clients.push({ client, place: cityTag(city) });
    await client.open(Math.min(ATTEMPT_TIMEOUT_MS, endsAtMs - nowMs()));
  }
}

/** PINGs in total, whatever the number of clients: the question is what idle ones cost. */
const PINGS_PER_SECOND = 200;

/**
 * Counts the clients, and once all are connected records what they cost.
 *
 * @param {{ memoryBefore: number | undefined, clientsBefore: number }} before
 */
export async function observe({ memoryBefore, clientsBefore }) {
  let isComplete = false;
  while (scenarioMs() < SECONDS * 1000 - 2000) {
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
