// @ts-check
// On an ordinary day, with many clients idle and some at work of each kind (chats, services, streams, keys), does
// everybody get what is due to them, and how soon?
//
// What clients do is data: lib/day/table.js, with what DAY changes in it. Each kind has schedules of its own, which go on
// whatever became of what was due before, and figures of its own (tag `activity`).

import { CITIES, spreadOver } from './lib/cities.js';
import { nowMs } from './lib/clock.js';
import { Chat } from './lib/day/chat.js';
import { Idle } from './lib/day/idle.js';
import { KeyValue } from './lib/day/kv.js';
import { Service } from './lib/day/service.js';
import { Stream } from './lib/day/stream.js';
import { ACTIVITIES, dayFrom, splitOf, workOf } from './lib/day/table.js';
import { jetStreamIsReady, keepers, removeStreams, replicasIn } from './lib/jetstream-regions.js';
import { streamOf } from './lib/kv.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { clientsOfRun, measuringOnce, profileOfRun } from './lib/profiles.js';
import { chanceOf } from './lib/random.js';
import { userNumber } from './lib/runner.js';
import { numberFrom } from './lib/settings.js';
import { reachTarget } from './lib/target.js';
import { lastOnes, planEnds, Times } from './lib/times.js';
import { plannedWork } from './lib/work.js';

/** @typedef {import('./lib/day/members.js').Activity} Activity */
/** @typedef {import('./lib/day/members.js').Group} Group */
/** @typedef {import('./lib/day/table.js').Activity} ActivityName */
/** @typedef {{ keepers: string[], run: string }} Setup `keepers`: regions that keep streams; `run`: the beginning of its names */

const profile = profileOfRun();
const CLIENT_COUNT = clientsOfRun(profile.clients);

/** What is changed in the ordinary day: JSON, or the path of a file with it, from the folder of this script. */
const DAY = __ENV.DAY || '{}';
const day = dayFrom(DAY.trimStart().startsWith('{') ? DAY : readDay(DAY));

/** They share a virtual user, a stream and a bucket. */
const CLIENTS_PER_USER = Math.round(numberFrom('CLIENTS_PER_USER', 60));
const USERS = Math.ceil(CLIENT_COUNT / CLIENTS_PER_USER);

/** For what is still under way at the end. */
const LAST_MS = 3_000;

const keepsStreams = day.stream.share > 0 || day.kv.share > 0;

/** What each activity is judged by: its times at the 95th percentile, ms. @type {Readonly<Record<ActivityName, Readonly<Record<string, number>>>>} */
const LIMITS = {
  idle: { nats_ping: 1_000 },
  chat: { nats_delivery: 1_000 },
  service: { nats_request: 1_500 },
  stream: { nats_ack: 1_000, nats_delivery: 1_500 },
  kv: { nats_request: 1_000, ...(day.kv.puts > 0 && { nats_ack: 1_000, nats_delivery: 1_500 }) },
};

export const options = {
  scenarios: {
    day: measuringOnce({
      users: USERS,
      seconds: profile.seconds,
      lastMs: LAST_MS,
      work: plannedWork(workOf(day, splitOf(day, CLIENT_COUNT)), USERS),
    }),
  },
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_missing: ['count==0'],
    nats_doubled: ['count==0'],
    nats_disordered: ['count==0'],
    nats_unsent: ['count==0'],
    nats_disconnects: ['count==0'],
    ...(day.stream.share > 0 && {
      nats_lost: ['count==0'],
      'nats_errors{kind:behind}': ['rate==0'],
      'nats_errors{kind:unasked}': ['rate==0'],
    }),
    ...Object.fromEntries(
      ACTIVITIES.filter((activity) => day[activity].share > 0).flatMap((activity) =>
        Object.entries(LIMITS[activity]).map(([metric, ms]) => [
          `${metric}{activity:${activity}}`,
          [`p(95)<${ms}`],
        ]),
      ),
    ),
  },
  setupTimeout: '60s',
  teardownTimeout: '60s',
};

/** @param {string} path */
function readDay(path) {
  try {
    return open(path);
  } catch (error) {
    throw new Error(
      `DAY cannot be read (${error}): a path is absolute, or begins at the folder of this script`,
    );
  }
}

/** @returns {Promise<Setup>} */
export async function setup() {
  await reachTarget();
  const kept = keepsStreams ? keepers() : [];
  if (keepsStreams && kept.length === 0)
    throw new Error(
      'no region of the target has JetStream: set -e DAY=\'{"stream": {"share": 0}, "kv": {"share": 0}}\'',
    );
  if (kept[0] !== undefined) await jetStreamIsReady(kept[0]);
  const counts = Array.from({ length: USERS }, (_, user) => splitOf(day, clientsOf(user)));
  const text = ACTIVITIES.map(
    (activity) => `${counts.reduce((sum, split) => sum + split[activity], 0)} ${activity}`,
  );
  console.info(`clients: ${text.join(', ')}`);
  return { keepers: kept, run: `k6-day-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}` };
}

/** @param {Setup} setup */
export async function teardown({ keepers: [region], run }) {
  const perUser = [day.stream, day.kv].filter(({ share }) => share > 0).length;
  if (region !== undefined) await removeStreams(region, [`${run}-`, `${streamOf(run)}-`], USERS * perUser);
}

/** Of all clients those of one user. @param {number} user */
function clientsOf(user) {
  const until = (/** @type {number} */ users) => Math.floor((users * CLIENT_COUNT) / USERS);
  return until(user + 1) - until(user);
}

/** Some of the clients, for the whole day. @param {Setup} setup */
export default async function spendTheDay({ keepers: kept, run }) {
  const times = new Times(profile.seconds, LAST_MS);
  const { readyByMs, endsAtMs } = times;
  const user = userNumber();
  const split = splitOf(day, clientsOf(user));
  const total = ACTIVITIES.reduce((sum, activity) => sum + split[activity], 0);
  // By chance, so that those of each kind are all over the world.
  const cities = spreadOver(USERS * total, CITIES)
    .map((city, index) => ({ city, chance: chanceOf(index) }))
    .sort((a, b) => a.chance - b.chance)
    .slice(user * total, (user + 1) * total)
    .map(({ city }) => city);
  const groups = ACTIVITIES.map((name) => {
    const members = cities.splice(0, split[name]).map((city) => ({
      city,
      client: new LastingClient(city, { endsAtMs, tags: { activity: name } }),
    }));
    return { name, members };
  }).filter(({ members }) => members.length > 0);
  const at = { name: `${run}-${user}`, replicas: replicasIn(kept), endsAtMs };
  const activities = groups.map(({ name, members }) => ({ name, activity: begin(name, { ...at, members }) }));
  const clients = groups.flatMap(({ members }) => members.map(({ client }) => client));
  await Promise.all(clients.map((client) => client.open(readyByMs - nowMs())));
  await Promise.all(activities.map((each) => prepare(each, readyByMs)));
  const schedule = times.begin();
  await Promise.all(activities.map(({ activity }) => activity.run(schedule)));
  await planEnds(schedule.untilMs, [...clients, ...activities.map(({ activity }) => activity)]);
  await lastOnes(schedule.endsAtMs, () => activities.every(({ activity }) => activity.isDone));
  await Promise.all(activities.map(({ activity }) => activity.finish()));
  await Promise.all(clients.map((client) => client.close()));
}

/** @param {ActivityName} name @param {Group} group @returns {Activity} */
function begin(name, group) {
  switch (name) {
    case 'idle':
      return new Idle(group, day.idle);
    case 'chat':
      return new Chat(group, day.chat);
    case 'service':
      return new Service(group, day.service);
    case 'stream':
      return new Stream(group, day.stream);
    case 'kv':
      return new KeyValue(group, day.kv);
  }
}

/** One that cannot begin is counted, and the others go on. @param {{ name: ActivityName, activity: Activity }} each @param {number} byMs */
async function prepare({ name, activity }, byMs) {
  try {
    await activity.prepare(byMs);
  } catch (error) {
    metrics.errors.add(true, { activity: name, kind: 'stream' });
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
