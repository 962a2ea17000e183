// @ts-check
// How many messages and bytes per second does the edge carry: at which rate does delivery fall behind? Each step
// offers a rate for some seconds, whatever happened to earlier messages. The first step whose messages come late or
// not at all ends the run: the knee is the last one before it.
//
// What arrives, by an arrival-rate executor of k6, are pairs of a publisher and a subscriber: the higher the rate of
// a step, the more. A pair connects, then keeps its share of the rate by its own clock until the step is over. (An
// iteration of k6 only ends when its connections have: with one for each batch, connecting would be measured.)

import exec from 'k6/execution';
import { nowMs, scenarioMs } from './lib/clock.js';
import * as metrics from './lib/metrics.js';
import { bytesOf, pubBytes, repeated, textOf } from './lib/nats-protocol.js';
import { keepPace } from './lib/pace.js';
import { openPair } from './lib/pair.js';
import { profileOfRun } from './lib/profiles.js';
import { numberFrom } from './lib/settings.js';
import { citiesOf, cityTag, reachTarget } from './lib/target.js';
import { eventually, pause } from './lib/wait.js';

/** @typedef {{ regions: string[], cities: Record<string, import('./lib/cities.js').City> }} Setup */
/** @typedef {import('./lib/pair.js').Pair} Pair */

const profile = profileOfRun();

/** Payload, bytes; it has to hold a time stamp. */
const SIZE = Math.max(24, Math.round(numberFrom('SIZE', 128)));

/** Messages per second, offered by all publishers together. */
const RATES = {
  smoke: [500, 2_000],
  average: [1_000, 5_000, 10_000, 20_000],
  stress: [5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 160_000, 240_000, 320_000, 480_000, 640_000],
  spike: [1_000, 50_000],
  soak: [2_000],
};
const rates = /** @type {Record<string, number[]>} */ (RATES)[profile.name] ?? [];
const STEP_SECONDS = Math.max(3, Math.round(profile.seconds / rates.length));

/** The pairs of a step arrive within two seconds, connect, and then start all at once. */
const ARRIVAL_SECONDS = 2;
const CONNECT_SECONDS = 4;

/** Minimum of a step; each pair is in two regions, and is one virtual user, and so one thread. */
const LEAST_PAIRS = Math.round(numberFrom('PAIRS', profile.name === 'smoke' ? 2 : 4));

/** Maximum per publisher, messages per second. With more publishers at lower rates k6 works harder than the edge. */
const PAIR_RATE = numberFrom('PAIR_RATE', 40_000);

/** @param {number} rate messages per second of all pairs */
function pairsOf(rate) {
  return Math.max(LEAST_PAIRS, Math.ceil(rate / PAIR_RATE));
}

/** The last message of each batch carries the time: so there is a bounded sample of latencies, each after a batch. */
const BATCH_MS = 20;

/** A message that takes longer than this at the 95th percentile is late: the edge does not keep up. */
const LATE_MS = numberFrom('LATE_MS', 750);

/** The share of a step's messages that may be missing at its end: not accepted by the edge, or not delivered. */
const MISSING_SHARE = 0.001;

/** Bytes waiting in k6; with more than this a batch is not sent, and counts as missing. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** A message that has not arrived this long after the last one was sent counts as not delivered. */
const GIVE_UP_MS = 5_000;

/** How often counters become samples. */
const COUNT_EVERY_MS = 250;

export const options = {
  scenarios: Object.fromEntries(
    rates.map((rate, index) => [
      `rate_${rate}`,
      {
        executor: 'constant-arrival-rate',
        rate: pairsOf(rate),
        timeUnit: `${ARRIVAL_SECONDS}s`,
        // Until halfway between the last pair and one that would be too many.
        duration: `${Math.round(ARRIVAL_SECONDS * 1000 * (1 - 0.5 / pairsOf(rate)))}ms`,
        preAllocatedVUs: pairsOf(rate),
        startTime: `${index * (CONNECT_SECONDS + STEP_SECONDS)}s`,
        gracefulStop: `${CONNECT_SECONDS + STEP_SECONDS + 30}s`,
        env: { RATE: `${rate}` },
      },
    ]),
  ),
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_delivered: ['count>0'],
    // A pair that k6 could not start offers nothing.
    dropped_iterations: [{ threshold: 'count==0', abortOnFail: true }],
    ...Object.fromEntries(
      rates.flatMap((rate) => [
        [
          `nats_delivery{rate:${rate}}`,
          [{ threshold: `p(95)<${LATE_MS}`, abortOnFail: true, delayAbortEval: '2s' }],
        ],
        // A step that was not reached has no samples, so its count is 0, and the threshold holds.
        [
          `nats_missing{rate:${rate}}`,
          [{ threshold: `count<=${Math.ceil(rate * STEP_SECONDS * MISSING_SHARE)}`, abortOnFail: true }],
        ],
        [`nats_published{rate:${rate}}`, ['count>=0']],
        [`nats_delivered{rate:${rate}}`, ['count>=0']],
        [`nats_delivered_bytes{rate:${rate}}`, ['count>=0']],
      ]),
    ),
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  const { regions } = await reachTarget();
  return { regions, cities: citiesOf(regions) };
}

/** One pair's part of a step. @param {Setup} target */
export default async function carry({ regions, cities }) {
  const number = exec.scenario.iterationInTest;
  const from = regions[number % regions.length] ?? '';
  const to = regions[(number + 1) % regions.length] ?? '';
  const pair = await openPair({ from, to, cities }, () => {});
  if (pair === undefined) return;
  const rate = Number(__ENV.RATE);
  await pause(CONNECT_SECONDS * 1000 - scenarioMs());
  await offer(pair, rate / pairsOf(rate), {
    size: `${SIZE}`,
    rate: `${rate}`,
    city: cityTag(cities[to]).city,
  });
  await pair.publisher.close();
  await pair.subscriber.close();
}

/**
 * @param {Pair} pair
 * @param {number} perSecond
 * @param {{ size: string, rate: string, city: string }} step the city is that of the subscriber
 */
async function offer({ publisher, subscriber, subject }, perSecond, { city, ...step }) {
  const from = { ...step, region: publisher.region };
  const to = { ...step, region: subscriber.region };
  const sent = counted(metrics.published, metrics.publishedBytes, from);
  const received = counted(metrics.delivered, metrics.deliveredBytes, to);
  const bulk = `${subject}.bulk`;
  const timed = `${subject}.timed`;
  subscriber.subscribe(timed, ({ payload }) => {
    received.add(1);
    const ms = nowMs() - Number(textOf(payload.subarray(0, STAMP_BYTES)));
    metrics.deliveryTime.add(ms, { ...to, city, peer: publisher.region });
  });
  subscriber.count(bulk, SIZE, received.add);
  await isListening(publisher, subscriber, timed);
  const message = pubBytes(bulk, new Uint8Array(SIZE).fill(120));
  let offered = 0;
  await keepPace({ perSecond, seconds: STEP_SECONDS, everyMs: BATCH_MS }, (due) => {
    offered += due;
    if (publisher.bufferedBytes > MAX_BUFFERED_BYTES || !publisher.isOpen) return;
    if (due > 1) publisher.write(repeated(message, due - 1));
    publisher.publish(timed, stamped());
    sent.add(due);
  });
  await eventually(GIVE_UP_MS, async () => (received.total() >= sent.total() ? true : undefined));
  sent.flush();
  received.flush();
  metrics.deliveredShare.add(received.total() / offered, to);
  metrics.missing.add(offered - received.total(), to);
}

const STAMP_BYTES = 20;
const stampPayload = new Uint8Array(SIZE).fill(32);

/** A payload that begins with the time. */
function stamped() {
  stampPayload.set(bytesOf(`${nowMs()}`.padEnd(STAMP_BYTES).slice(0, STAMP_BYTES)));
  return stampPayload;
}

/**
 * Counts messages; they become samples a few times a second.
 *
 * @param {import('k6/metrics').Counter} messages
 * @param {import('k6/metrics').Counter} bytes
 * @param {Record<string, string>} tags
 */
function counted(messages, bytes, tags) {
  let total = 0;
  let noted = 0;
  let notedAt = nowMs();
  const flush = () => {
    messages.add(total - noted, tags);
    bytes.add((total - noted) * SIZE, tags);
    noted = total;
    notedAt = nowMs();
  };
  return {
    total: () => total,
    flush,
    add: (/** @type {number} */ count) => {
      total += count;
      if (nowMs() - notedAt >= COUNT_EVERY_MS) flush();
    },
  };
}

/**
 * Waits until the interest in this step's subjects has crossed the mesh. Interest crosses in the order of the
 * subscriptions, so a request to the last one of them suffices.
 *
 * @param {import('./lib/nats-client.js').NatsClient} publisher
 * @param {import('./lib/nats-client.js').NatsClient} subscriber
 * @param {string} subject of the last of them, for a service below it
 */
async function isListening(publisher, subscriber, subject) {
  const probe = `${subject}.ready`;
  subscriber.subscribe(probe, ({ reply, payload }) => subscriber.publish(reply, payload));
  await eventually(GIVE_UP_MS, async () => {
    const answer = await publisher.request(probe, 'ready', 1_000).catch(() => undefined);
    return answer?.headers === '' ? true : undefined;
  });
}
