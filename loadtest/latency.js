// @ts-check
// How long does a message take from publish to delivery, and a request to its reply, within a region and across each
// pair of regions?
//
// A virtual user for each region publishes and asks there, with a subscriber in every region. Each pair has a schedule
// of its own, which goes on whatever became of earlier messages: times count from when a message was due.

import exec from 'k6/execution';
import { Asker } from './lib/asker.js';
import { talkByTurns } from './lib/by-turns.js';
import { nowMs } from './lib/clock.js';
import { Receiver, Sender } from './lib/flow.js';
import { clientIn, openPair } from './lib/pair.js';
import { measuringOnce, profileOfRun } from './lib/profiles.js';
import { numberFrom, REGIONS, sizeFrom } from './lib/settings.js';
import { citiesOf, cityTag, reachTarget } from './lib/target.js';
import { lastOnes, planEnds, Times } from './lib/times.js';
import { plannedWork } from './lib/work.js';

/** @typedef {{ regions: string[], cities: Record<string, import('./lib/cities.js').City> }} Setup */
/** @typedef {{ sender: Sender, receiver: Receiver, asker: Asker, pair: import('./lib/pair.js').Pair }} Measured */

const profile = profileOfRun();

/** Payload, bytes. */
const SIZE = sizeFrom();

/** Users, of which each has a region, or several by turns; those without one end at once. */
const USERS = REGIONS?.length ?? 12;

/** That a target has. */
const USUAL_REGIONS = 6;

/** Messages a second over all pairs, and as many requests: few enough that none waits for another. */
const PER_SECOND = numberFrom('RATE', 180);

/** A pair with less than this would show no pauses of seconds. */
const LONGEST_INTERVAL_MS = 1_000;

/** The last message may still be on its way around the world. */
const LAST_MS = 2_000;

export const options = {
  scenarios: {
    pairs: measuringOnce({
      users: USERS,
      seconds: profile.seconds,
      lastMs: LAST_MS,
      work: plannedWork({ message: PER_SECOND, request: PER_SECOND }, REGIONS?.length ?? USUAL_REGIONS),
    }),
  },
  thresholds: {
    nats_errors: ['rate<0.01'],
    nats_missing: ['count==0'],
    nats_unsent: ['count==0'],
    nats_disconnects: ['count==0'],
    nats_disordered: ['count==0'],
    nats_doubled: ['count==0'],
    nats_delivered: ['count>0'],
    nats_delivery: ['p(95)<1000', 'p(99)<2000'],
    nats_request: ['p(95)<1500', 'p(99)<3000'],
  },
};

/** @returns {Promise<Setup>} */
export async function setup() {
  const { regions } = await reachTarget({ size: SIZE });
  return { regions, cities: citiesOf(regions) };
}

/** The pairs from one region. @param {Setup} target */
export default async function measurePairs({ regions, cities }) {
  const times = new Times(profile.seconds, LAST_MS);
  const mine = regions.filter((_, index) => index % USERS === exec.scenario.iterationInTest);
  await Promise.all(mine.map((from) => measureFrom(from, { regions, cities }, times)));
}

/** @param {string} from @param {Setup} target @param {Times} times */
async function measureFrom(from, { regions, cities }, times) {
  const { readyByMs, endsAtMs } = times;
  const everyMs = Math.min(LONGEST_INTERVAL_MS, (regions.length ** 2 * 1000) / PER_SECOND);
  const publisher = clientIn(from, { cities, endsAtMs });
  await publisher.open(readyByMs - nowMs());
  /** @type {Measured[]} */
  const measured = await Promise.all(
    regions.map(async (to) => {
      /** @type {Receiver | undefined} */
      let receiver;
      const ends = { from, to, cities, publisher, readyByMs, endsAtMs };
      const pair = await openPair(ends, (message) => receiver?.take(message));
      const tags = { ...cityTag(cities[to]), size: `${SIZE}` };
      receiver = new Receiver(pair.subscriber, { everyMs, peer: () => from, tags });
      const asker = new Asker(publisher, {
        subject: pair.service,
        payload: new Uint8Array(SIZE).fill(46),
        tags: { ...cityTag(cities[from]), peer: to, size: `${SIZE}` },
        endsAtMs,
      });
      return { pair, receiver, sender: new Sender(publisher, { subject: pair.subject, size: SIZE }), asker };
    }),
  );
  const { fromMs, untilMs, endsAtMs: overMs } = times.begin();
  await Promise.all(
    measured.map((talking, index) => {
      // Spread over the interval.
      const at = fromMs + (everyMs * (index + regions.indexOf(from) / regions.length)) / regions.length;
      return talkByTurns(talking, { fromMs: at, untilMs, everyMs });
    }),
  );
  await planEnds(untilMs, [
    publisher,
    ...measured.flatMap(({ pair, receiver }) => [pair.subscriber, receiver]),
  ]);
  const isDone = () =>
    measured.every(({ sender, receiver, asker }) => receiver.arrived >= sender.sent && asker.pending === 0);
  await lastOnes(overMs, isDone);
  for (const { receiver, sender } of measured) receiver.finish(sender.sent);
  await Promise.all([publisher.close(), ...measured.map(({ pair }) => pair.subscriber.close())]);
}
