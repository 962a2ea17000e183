// @ts-check
// Through streams that several regions keep: how long until JetStream acknowledges a message and a durable consumer in
// another region has it, at what rate does that fall behind, and is anything lost that was acknowledged?
//
// A virtual user has a stream, a publisher in every region and some durable pull consumers. Publishing goes on by its
// schedule, in steps of a rising rate, whatever is acknowledged. At the end every consumer has to have read each message
// that was acknowledged, once.

import { nowMs } from './lib/clock.js';
import { ask, createStream } from './lib/jetstream.js';
import { jetStreamIsReady, keepers, removeStreams, replicasIn } from './lib/jetstream-regions.js';
import * as metrics from './lib/metrics.js';
import { keepSchedule } from './lib/pace.js';
import { clientIn } from './lib/pair.js';
import { measuringOnce, profileOfRun } from './lib/profiles.js';
import { PullConsumer } from './lib/pull-consumer.js';
import { userNumber } from './lib/runner.js';
import { numberFrom, sizeFrom } from './lib/settings.js';
import { closeBooks } from './lib/stream-books.js';
import { StreamReceiver, StreamSender } from './lib/stream-flow.js';
import { StreamLeader } from './lib/stream-leader.js';
import { takesFrom } from './lib/stream-state.js';
import { citiesOf, cityTag, reachTarget } from './lib/target.js';
import { lastOnes, planEnds, Times } from './lib/times.js';
import { plannedWork } from './lib/work.js';

/** @typedef {import('./lib/lasting-client.js').LastingClient} LastingClient */
/** @typedef {import('./lib/cities.js').City} City */
/** @typedef {{ regions: string[], keepers: string[], cities: Record<string, City>, run: string }} Setup `run`: the beginning of the names of its streams */
/** @typedef {{ client: LastingClient, consumer: PullConsumer, receivers: StreamReceiver[] }} Reader the receivers are in the order of the publishers */
/** @typedef {{ client: LastingClient, sender: StreamSender }} Publisher */

const profile = profileOfRun();

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Messages per second, offered by all publishers to all streams. */
const RATES = {
  smoke: [60, 240],
  average: [100, 250, 500, 1_000],
  stress: [250, 500, 1_000, 2_000],
  spike: [100, 1_000],
  soak: [60],
};
const ofProfile = /** @type {Record<string, number[]>} */ (RATES)[profile.name] ?? [];
const rates = __ENV.RATE ? [numberFrom('RATE', 1)] : ofProfile;
const STEP_MS = (profile.seconds * 1000) / rates.length;
const MOST = Math.max(...rates);

/** Each is one virtual user's, and its leader is one of the regions that keep it. */
const STREAMS = Math.round(numberFrom('STREAMS', 3));

/** Durable consumers of each stream, in regions by turns. */
const CONSUMERS = Math.round(numberFrom('CONSUMERS', 2));

/** An acknowledgement or a delivery that takes longer than this at the 95th percentile is late. */
const LATE_MS = numberFrom('LATE_MS', 1_000);

/** For the leader of a stream to go where it is wished to be. */
const MOVE_MS = 3_000;

/** For the last acknowledgements, and for all that was acknowledged to be read. */
const LAST_MS = 5_000;

export const options = {
  scenarios: {
    streams: measuringOnce({
      users: STREAMS,
      seconds: profile.seconds,
      lastMs: LAST_MS,
      work: plannedWork({ stored: MOST, read: MOST * CONSUMERS }, STREAMS),
    }),
  },
  thresholds: {
    nats_lost: ['count==0'],
    nats_missing: ['count==0'],
    nats_doubled: ['count==0'],
    nats_disordered: ['count==0'],
    nats_unsent: ['count==0'],
    nats_disconnects: ['count==0'],
    nats_errors: ['rate<0.001'],
    'nats_errors{kind:behind}': ['rate==0'],
    'nats_errors{kind:unasked}': ['rate==0'],
    nats_delivered: ['count>0'],
    nats_ack: [`p(95)<${LATE_MS}`],
    nats_delivery: [`p(95)<${LATE_MS}`],
    // Without a threshold of its own, k6 does not show a part of a metric.
    ...Object.fromEntries(rates.map((rate) => [`nats_ack{rate:${rate}}`, [`p(95)<${LATE_MS}`]])),
  },
  setupTimeout: '60s',
  teardownTimeout: '60s',
};

/** @returns {Promise<Setup>} */
export async function setup() {
  const { regions } = await reachTarget({ size: SIZE });
  const kept = keepers();
  if (CONSUMERS > regions.length)
    throw new Error(
      `CONSUMERS is ${CONSUMERS}: each is in a region of its own, and there are ${regions.length}`,
    );
  if (kept.length === 0) throw new Error('no region of the target keeps streams: none has JetStream');
  await jetStreamIsReady(kept[0] ?? '');
  const run = `k6-jetstream-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
  console.info(`${STREAMS} streams with ${replicasIn(kept)} replicas in ${kept.join(', ')}`);
  return { regions, keepers: kept, cities: citiesOf(regions), run };
}

/** @param {Setup} setup */
export async function teardown({ keepers: [region = ''], run }) {
  await removeStreams(region, [`${run}-`], STREAMS);
}

/** What was due at a time belongs to a step. @param {number} dueMs @param {number} fromMs */
function rateAt(dueMs, fromMs) {
  const step = Math.floor((dueMs - fromMs) / STEP_MS);
  return rates[Math.min(rates.length - 1, Math.max(0, step))] ?? 0;
}

/** A stream, from its creation until all is read. @param {Setup} setup */
export default async function useStream({ regions, keepers: kept, cities, run }) {
  const times = new Times(profile.seconds, LAST_MS);
  const { readyByMs, endsAtMs } = times;
  const stream = `${run}-${userNumber()}`;
  /** Set when the schedule begins. */
  let fromMs = Number.POSITIVE_INFINITY;
  const tagsAt = (/** @type {string} */ region) => (/** @type {number} */ dueMs) => ({
    ...cityTag(cities[region]),
    size: `${SIZE}`,
    rate: `${rateAt(dueMs, fromMs)}`,
  });
  const ends = { cities, endsAtMs };
  const keeper = clientIn(kept[0] ?? '', ends);
  const leader = new StreamLeader(keeper, stream);
  const publishers = regions.map((region, index) => {
    const client = clientIn(region, ends);
    const subject = subjectOf(stream, index);
    const options = { subject, size: SIZE, tagsAt: tagsAt(region), leader: () => leader.region, endsAtMs };
    return { client, sender: new StreamSender(client, options) };
  });
  const readers = Array.from({ length: CONSUMERS }, (_, index) => {
    const region = regions[(userNumber() * CONSUMERS + index) % regions.length] ?? '';
    return readerIn(clientIn(region, ends), { stream, index, publishers, tagsAt: tagsAt(region) });
  });
  const clients = [keeper, ...publishers.map(({ client }) => client), ...readers.map(({ client }) => client)];
  await Promise.all(clients.map((client) => client.open(readyByMs - nowMs())));
  const isThere = await prepare({ stream, keeper, publishers, readers }, replicasIn(kept), readyByMs);
  // By turns, so that each region that keeps streams leads some.
  if (isThere)
    await leader.moveTo(kept[userNumber() % kept.length] ?? '', Math.min(readyByMs, nowMs() + MOVE_MS));
  await leader.look();
  const following = leader.follow();
  const fetching = readers.map(({ consumer }) => consumer.run());
  const schedule = times.begin();
  fromMs = schedule.fromMs;
  await publish(publishers, readers, schedule);
  await planEnds(schedule.untilMs, [...clients, ...readers.flatMap(({ receivers }) => receivers)]);
  const isDone = () =>
    publishers.every(({ sender }) => sender.pending === 0) &&
    readers.every(({ receivers }) => receivers.every(({ isWhole }) => isWhole));
  // What was sent to a reader whose connection was cut comes again only after the acknowledgement's time: it is behind.
  await lastOnes(Math.min(endsAtMs, schedule.endsAtMs), isDone);
  for (const { consumer } of readers) consumer.stop();
  leader.stop();
  await Promise.all([following, ...fetching]);
  const written = publishers.map(({ sender: { ledger } }, place) => ({
    subject: subjectOf(stream, place),
    ledger,
  }));
  if (isThere) await closeBooks(keeper, stream, { written, readers });
  await Promise.all(clients.map((client) => client.close()));
}

/** @param {string} stream @param {number | '*'} publisher */
function subjectOf(stream, publisher) {
  return `${stream}.message.${publisher}`;
}

/**
 * @param {LastingClient} client
 * @param {{ stream: string, index: number, publishers: Publisher[], tagsAt: import('./lib/stream-flow.js').TagsAt }} of
 * @returns {Reader}
 */
function readerIn(client, { stream, index, publishers, tagsAt }) {
  const slowest = Math.min(...rates) / STREAMS / publishers.length;
  const receivers = publishers.map(
    ({ client: { region }, sender: { ledger } }, place) =>
      new StreamReceiver(client, {
        ledger,
        everyMs: 1000 / slowest,
        peer: () => publishers[place]?.client.region || region,
        tagsAt,
      }),
  );
  const consumer = new PullConsumer(client, {
    stream,
    name: `reader-${index}`,
    filter: subjectOf(stream, '*'),
    onMessage: (message) => receivers[Number(message.subject.split('.').at(-1))]?.take(message),
  });
  return { client, consumer, receivers };
}

/** @typedef {{ stream: string, keeper: LastingClient, publishers: Publisher[], readers: Reader[] }} Stage */

/**
 * Makes the stream and its consumers, and waits until every publisher reaches it.
 *
 * @param {Stage} stage
 * @param {number} replicas
 * @param {number} byMs
 * @returns {Promise<boolean>} whether it is there; that it is not is counted
 */
async function prepare({ stream, keeper, publishers, readers }, replicas, byMs) {
  try {
    const config = { subjects: [`${stream}.>`], num_replicas: replicas };
    await createStream(keeper, stream, config, byMs - nowMs());
    await Promise.all(readers.map(({ consumer }) => consumer.create(byMs - nowMs())));
    const probe = `${stream}.probe`;
    const isLinked = await Promise.all(publishers.map(({ client }) => takesFrom(client, probe, byMs)));
    // What is in the stream from now on is what was published by the schedule.
    await ask(keeper, `STREAM.PURGE.${stream}`, undefined, Math.max(1_000, byMs - nowMs()));
    for (const [index, { client }] of publishers.entries()) {
      if (isLinked[index]) continue;
      metrics.errors.add(true, { kind: 'unlinked', region: client.region });
      console.error(`what is published in ${client.region} does not arrive in the stream`);
    }
    return true;
  } catch (error) {
    metrics.errors.add(true, { kind: 'stream' });
    console.error(`${stream}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/**
 * The steps, each publisher by turns.
 *
 * @param {readonly Publisher[]} publishers
 * @param {readonly Reader[]} readers
 * @param {{ fromMs: number, untilMs: number }} schedule
 */
async function publish(publishers, readers, { fromMs, untilMs }) {
  let turn = userNumber();
  for (const [step, rate] of rates.entries()) {
    const stepMs = fromMs + step * STEP_MS;
    const until = Math.min(untilMs, stepMs + STEP_MS);
    const next = () => {
      turn += 1;
      return (turn - 1) % publishers.length;
    };
    await keepSchedule(
      { fromMs: stepMs, untilMs: until, everyMs: (1000 * STREAMS) / rate },
      (dueMs) => {
        const place = next();
        for (const { receivers } of readers) receivers[place]?.expect(dueMs);
        publishers[place]?.sender.send(dueMs);
      },
      (dueMs) => publishers[next()]?.sender.skip(dueMs),
    );
  }
}
