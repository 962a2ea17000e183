// @ts-check
// How long until each of many subscribers in all regions has a message of one publisher, and does every subscriber get
// every message?
//
// One virtual user of each k6 has its subscribers, and the first also the publisher: so subscribers know how many
// messages went out even where the edge is gone.

import { CITIES, spreadOver } from './lib/cities.js';
import { clockStartMs, nowMs, scenarioStartMs } from './lib/clock.js';
import { Receiver, Sender } from './lib/flow.js';
import { LastingClient } from './lib/lasting-client.js';
import * as metrics from './lib/metrics.js';
import { textOf } from './lib/nats-protocol.js';
import { keepSchedule } from './lib/pace.js';
import { clientsOfRun, onceEach, profileOfRun } from './lib/profiles.js';
import { isFirstRunner, runner, userNumber } from './lib/runner.js';
import { numberFrom, sizeFrom } from './lib/settings.js';
import { cityTag, reachTarget } from './lib/target.js';
import { lastOnes, planEnds } from './lib/times.js';
import { pause } from './lib/wait.js';
import { plannedWork } from './lib/work.js';

/** @typedef {{ subject: string }} Setup */
/** @typedef {import('./lib/cities.js').City} City */
/** @typedef {{ client: LastingClient, receiver: Receiver, hasProbe: boolean }} Listener */
/** @typedef {{ begunMs: number | undefined, published: number | undefined, clockStartMs: number | undefined }} Word the publisher's: when it began, at its end how many messages it has sent, and since when its clock counts */

const profile = profileOfRun();

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Every region should have some, even in a smoke run, unless CLIENTS says how many there are. */
const SUBSCRIBERS = clientsOfRun(Math.max(60, profile.clients));
/** One in each k6. */
const USERS = Math.round(numberFrom('RUNNERS', 1));
const SUBSCRIBERS_PER_USER = Math.ceil(SUBSCRIBERS / USERS);

/** Messages per second that are published. */
const RATE = numberFrom('RATE', 10);

/** Deliveries that become a sample, per second, over all subscribers. */
const SAMPLES_PER_SECOND = 1000;
const SAMPLED_SHARE = Math.min(1, SAMPLES_PER_SECOND / (RATE * SUBSCRIBERS));

/** For all subscribers to connect and be reached: then the publisher begins, whoever is there. */
const READY_MS = Math.max(4, SUBSCRIBERS / 20) * 1000;

/** So far apart several k6 may have been started. */
const APART_MS = 3_000;

/** Between two probes of whom the publisher reaches. */
const PROBE_EVERY_MS = 100;

/** For the last message to arrive, and for goodbyes. */
const LAST_MS = 3_000;
const MAX_SECONDS = (READY_MS + APART_MS + LAST_MS) / 1000 + profile.seconds + 4;

const people = spreadOver(USERS * SUBSCRIBERS_PER_USER, CITIES);

export const options = {
  scenarios: {
    fanout: onceEach({
      users: USERS,
      seconds: MAX_SECONDS,
      plannedSeconds: READY_MS / 1000 + profile.seconds,
      work: plannedWork(
        { delivery: RATE * SUBSCRIBERS, timed: Math.min(SAMPLES_PER_SECOND, RATE * SUBSCRIBERS) },
        USERS,
      ),
    }),
  },
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_missing: ['count==0'],
    nats_unsent: ['count==0'],
    nats_disconnects: ['count==0'],
    nats_disordered: ['count==0'],
    nats_doubled: ['count==0'],
    nats_delivery: ['p(95)<1000', 'p(99)<2000'],
    nats_delivered: ['count>0'],
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  await reachTarget({ size: SIZE });
  // Each k6 of several has a setup() of its own, and all have to meet on one subject.
  const { of } = runner();
  return { subject: of > 1 ? `k6.fanout.shared-${of}` : `k6.fanout.${Date.now().toString(36)}` };
}

/** @param {Setup} setup */
export default async function fanOut({ subject }) {
  /** @type {Word} */
  const word = { begunMs: undefined, published: undefined, clockStartMs: undefined };
  await Promise.all([subscribe(subject, word), ...(userNumber() === 0 ? [publish(subject, word)] : [])]);
}

/** The same for all users of a k6, so that subscribers know what is due without being told. */
function schedule(fromMs = scenarioStartMs() + READY_MS) {
  return { fromMs, untilMs: fromMs + profile.seconds * 1000, everyMs: 1000 / RATE };
}

/**
 * Of subscribers in another k6 than the publisher's, which may have been started a little earlier or later.
 *
 * @param {{ begunMs: number | undefined }} word
 */
async function scheduleOfOther(word) {
  const own = schedule();
  await lastOnes(own.fromMs + APART_MS, () => word.begunMs !== undefined);
  const times = schedule(word.begunMs ?? own.fromMs);
  return { ...times, fromMs: Math.max(times.fromMs, nowMs()) };
}

/** @param {string} subject @param {Word} word */
async function publish(subject, word) {
  const times = schedule();
  const city = CITIES[0];
  const client = new LastingClient(city, { endsAtMs: times.untilMs + LAST_MS });
  let ready = 0;
  client.subscribe(`${subject}.ready`, ({ payload }) => {
    ready += Number(textOf(payload));
  });
  await client.open(READY_MS);
  // Interest crosses the mesh after the subscription: each subscriber reports when the first probe has arrived.
  for (; nowMs() < times.fromMs; await pause(Math.min(PROBE_EVERY_MS, times.fromMs - nowMs())))
    if (client.isOpen) client.publish(`${subject}.probe`, `${clockStartMs()}`);
  if (ready < USERS * SUBSCRIBERS_PER_USER) {
    console.error(`${ready} of ${USERS * SUBSCRIBERS_PER_USER} subscribers could be reached`);
    metrics.errors.add(true, { ...cityTag(city), kind: 'unreached' });
  }
  if (client.isOpen) client.publish(`${subject}.begin`, '');
  const sender = new Sender(client, { subject: `${subject}.news`, size: SIZE });
  await keepSchedule(
    times,
    (dueMs) => sender.send(dueMs),
    () => sender.skip(),
  );
  word.published = sender.sent;
  await planEnds(times.untilMs, [client]);
  // The users of other k6 have to be told.
  if (client.isOpen) client.publish(`${subject}.end`, `${sender.sent}`);
  if (client.isOpen) await client.ping(LAST_MS).catch(() => undefined);
  await client.close();
}

/** Some subscribers, until each has received the publisher's last message. @param {string} subject @param {Word} word */
async function subscribe(subject, word) {
  const ready = schedule().fromMs;
  const endsAtMs = schedule().untilMs + (isFirstRunner() ? 0 : APART_MS) + LAST_MS;
  const first = userNumber() * SUBSCRIBERS_PER_USER;
  const cities = people.slice(first, first + SUBSCRIBERS_PER_USER);
  let due = 0;
  const listeners = cities.map((city) => listen(city, subject, { endsAtMs, word }));
  listeners[0]?.client.subscribe(`${subject}.end`, ({ payload }) => {
    word.published = Number(textOf(payload));
  });
  listeners[0]?.client.subscribe(`${subject}.begin`, () => {
    word.begunMs ??= nowMs();
  });
  await Promise.all(listeners.map(({ client }) => client.open(ready - nowMs())));
  await lastOnes(
    isFirstRunner() ? ready : ready + APART_MS,
    () => word.begunMs !== undefined || listeners.every(({ hasProbe }) => hasProbe),
  );
  const reached = listeners.filter(({ hasProbe }) => hasProbe).length;
  listeners.find(({ client }) => client.isOpen)?.client.publish(`${subject}.ready`, `${reached}`);
  const times = isFirstRunner() ? schedule() : await scheduleOfOther(word);
  await keepSchedule(
    times,
    (dueMs) => {
      due += 1;
      for (const { receiver } of listeners) receiver.expect(dueMs);
    },
    // It counts what is due where it is sent.
    () => {
      due += 1;
    },
  );
  await planEnds(
    times.untilMs,
    listeners.flatMap(({ client, receiver }) => [client, receiver]),
  );
  const isDone = () =>
    word.published !== undefined &&
    listeners.every(({ receiver }) => receiver.arrived >= Number(word.published));
  await lastOnes(endsAtMs, isDone);
  // In another k6 than the publisher's, and without its word, all that was due is taken for sent.
  for (const { receiver } of listeners) receiver.finish(word.published ?? due);
  await Promise.all(listeners.map(({ client }) => client.close()));
}

/**
 * @param {City} city
 * @param {string} subject
 * @param {{ endsAtMs: number, word: Word }} times
 * @returns {Listener}
 */
function listen(city, subject, { endsAtMs, word }) {
  const client = new LastingClient(city, { endsAtMs });
  let peer = '';
  const receiver = new Receiver(client, {
    everyMs: 1000 / RATE,
    peer: () => peer,
    tags: { ...cityTag(city), size: `${SIZE}` },
    sampledShare: SAMPLED_SHARE,
    ...(!isFirstRunner() && {
      aheadMs: () => (word.clockStartMs === undefined ? undefined : word.clockStartMs - clockStartMs()),
    }),
  });
  const listener = { client, receiver, hasProbe: false };
  client.subscribe(`${subject}.news`, (message) => {
    peer = message.reply;
    receiver.take(message);
  });
  client.subscribe(`${subject}.probe`, ({ payload }) => {
    listener.hasProbe = true;
    word.clockStartMs = Number(textOf(payload));
    // Asked often, it is close.
    clockStartMs();
  });
  return listener;
}
