// @ts-check
// How many messages and bytes per second does the edge carry: at which rate does delivery fall behind? Each step
// offers a rate for some seconds, whatever happened to earlier messages. The first step whose messages come late or
// not at all ends the run: the knee is the last one before it.
//
// What arrives, by an arrival-rate executor of k6, are pairs of a publisher and a subscriber: the higher the rate of
// a step, the more. A pair connects, then keeps its share of the rate by its own clock until the step is over. (An
// iteration of k6 only ends when its connections have: with one for each batch, connecting would be measured.)

import exec from 'k6/execution';
import { Batched } from './lib/batched.js';
import { nowMs, scenarioStartMs } from './lib/clock.js';
import { Gaps } from './lib/gaps.js';
import * as metrics from './lib/metrics.js';
import { pubBytes, repeated } from './lib/nats-protocol.js';
import { keepPace } from './lib/pace.js';
import { isLinked, openPair } from './lib/pair.js';
import { profileOfRun, secondsAtLeast } from './lib/profiles.js';
import { numberFrom, sizeFrom } from './lib/settings.js';
import { readStamp, writeStamp } from './lib/stamp.js';
import { citiesOf, cityTag, reachTarget } from './lib/target.js';
import { lastOnes } from './lib/times.js';
import { pause } from './lib/wait.js';
import { plannedWork } from './lib/work.js';

/** @typedef {{ regions: string[], cities: Record<string, import('./lib/cities.js').City> }} Setup */
/** @typedef {import('./lib/pair.js').Pair} Pair */

const profile = profileOfRun();

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Messages per second, offered by all publishers together. */
const RATES = {
  smoke: [500, 2_000],
  average: [1_000, 5_000, 10_000, 20_000],
  stress: [5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 160_000, 240_000, 320_000, 480_000, 640_000],
  spike: [1_000, 50_000],
  soak: [2_000],
};
const rates = /** @type {Record<string, number[]>} */ (RATES)[profile.name] ?? [];
const LEAST_STEP_SECONDS = 3;
const STEP_SECONDS = Math.round(secondsAtLeast(profile, LEAST_STEP_SECONDS * rates.length) / rates.length);

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

/** The share of a step's messages that may be missing at its end; and that may be unsent or missing. */
const MISSING_SHARE = 0.001;

/** Bytes waiting in k6; with more than this a batch is not sent, and counts as unsent. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** A message that has not arrived this long after the last one was sent counts as not delivered. */
const GIVE_UP_MS = 5_000;

/** For goodbyes. */
const CLOSE_MS = 3_000;

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
        gracefulStop: `${CONNECT_SECONDS + STEP_SECONDS + (GIVE_UP_MS + CLOSE_MS) / 1000}s`,
        env: {
          RATE: `${rate}`,
          PLANNED_SECONDS: `${CONNECT_SECONDS + STEP_SECONDS}`,
          ...plannedWork({ bulk: rate }, pairsOf(rate)),
        },
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
        [
          `nats_delivered_share{rate:${rate}}`,
          [{ threshold: `avg>=${1 - MISSING_SHARE}`, abortOnFail: true }],
        ],
        // These cannot fail: without a threshold, k6 does not show a part of a metric.
        [`nats_published{rate:${rate}}`, ['count>=0']],
        [`nats_delivered{rate:${rate}}`, ['count>=0']],
        [`nats_delivered_bytes{rate:${rate}}`, ['count>=0']],
      ]),
    ),
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  const { regions } = await reachTarget({ size: SIZE });
  return { regions, cities: citiesOf(regions) };
}

/** One pair's part of a step. @param {Setup} target */
export default async function carry({ regions, cities }) {
  const number = exec.scenario.iterationInTest;
  const from = regions[number % regions.length] ?? '';
  const to = regions[(number + 1) % regions.length] ?? '';
  const rate = Number(__ENV.RATE);
  const fromMs = scenarioStartMs() + CONNECT_SECONDS * 1000;
  const endsAtMs = fromMs + STEP_SECONDS * 1000 + GIVE_UP_MS;
  const pair = await openPair(
    { from, to, cities, readyByMs: fromMs, endsAtMs, tags: { rate: `${rate}` } },
    () => {},
  );
  await offer(pair, rate / pairsOf(rate), {
    from,
    to,
    fromMs,
    tags: { size: `${SIZE}`, rate: `${rate}` },
    city: cityTag(cities[to]).city,
  });
  await Promise.all([pair.publisher.close(), pair.subscriber.close()]);
}

/**
 * @param {Pair} pair
 * @param {number} perSecond
 * @param {{ from: string, to: string, fromMs: number, tags: { size: string, rate: string }, city: string }} step the city
 *   is that of the subscriber
 */
async function offer({ publisher, subscriber, subject }, perSecond, step) {
  const { fromMs, tags, city } = step;
  const from = { ...tags, region: step.from };
  const to = { ...tags, region: step.to, peer: step.from };
  const due = new Batched((count) => metrics.due.add(count, { ...from, kind: 'message' }));
  const sent = new Batched((count) => {
    metrics.published.add(count, from);
    metrics.publishedBytes.add(count * SIZE, from);
  });
  const received = new Batched((count) => {
    metrics.delivered.add(count, to);
    metrics.deliveredBytes.add(count * SIZE, to);
  });
  const gaps = new Gaps(BATCH_MS);
  subscriber.awaits(() => gaps.vainSinceMs);
  const noteGap = (/** @type {number | undefined} */ ms) => ms !== undefined && metrics.gap.add(ms, to);
  const bulk = `${subject}.bulk`;
  const timed = `${subject}.timed`;
  subscriber.subscribe(timed, ({ payload }) => {
    const now = nowMs();
    const { dueMs, sentMs } = readStamp(payload);
    received.add(1);
    noteGap(gaps.arrived(now));
    metrics.deliveryTime.add(now - dueMs, { ...to, city });
    metrics.deliveryServiceTime.add(now - sentMs, { ...to, city });
  });
  subscriber.count(bulk, SIZE, (count) => received.add(count));
  // Interest crosses in the order of the subscriptions, so it suffices to wait for the last of them.
  const probe = `${subject}.ready`;
  subscriber.subscribe(probe, ({ reply, payload }) => subscriber.publish(reply, payload));
  await isLinked(publisher, probe, fromMs);
  await pause(fromMs - nowMs());
  const message = pubBytes(bulk, new Uint8Array(SIZE).fill(120));
  const stamped = new Uint8Array(SIZE).fill(32);
  const startedMs = nowMs();
  await keepPace({ perSecond, seconds: STEP_SECONDS, everyMs: BATCH_MS }, (count) => {
    due.add(count);
    const dueMs = startedMs + (due.total * 1000) / perSecond;
    gaps.due(dueMs);
    // In a pause of what arrives, what had arrived is counted all the same.
    received.add(0);
    if (publisher.bufferedBytes > MAX_BUFFERED_BYTES)
      return metrics.unsent.add(count, { ...from, kind: 'message' });
    // What goes to a closed connection is counted by the client.
    if (count > 1 && publisher.write(repeated(message, count - 1), count - 1)) sent.add(count - 1);
    writeStamp(stamped, { number: due.total, dueMs, sentMs: nowMs() });
    if (publisher.publish(timed, stamped)) sent.add(1);
  });
  for (const counted of [due, sent]) counted.flush();
  for (const client of [publisher, subscriber]) client.endSchedule();
  noteGap(gaps.finish(nowMs()));
  await lastOnes(nowMs() + GIVE_UP_MS, () => received.total >= sent.total);
  received.flush();
  metrics.deliveredShare.add(received.total / due.total, to);
  metrics.missing.add(Math.max(0, sent.total - received.total), to);
}
