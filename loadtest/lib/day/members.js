// The clients of an activity, and what all activities have in common.

import { nowMs } from '../clock.js';
import * as metrics from '../metrics.js';
import { keepSchedule } from '../pace.js';
import { isLinked } from '../pair.js';
import { STAMP_BYTES } from '../stamp.js';
import { cityTag } from '../target.js';

/** @typedef {import('../cities.js').City} City */
/** @typedef {import('../lasting-client.js').LastingClient} LastingClient */
/** @typedef {import('./table.js').Activity} ActivityName */
/** @typedef {{ city: City | undefined, client: LastingClient }} Member */

/**
 * What a group of clients shares.
 *
 * @typedef {object} Group
 * @property {Member[]} members
 * @property {string} name that no other group of this activity has, and no other run
 * @property {number} replicas of streams
 * @property {number} endsAtMs by then nothing waits any longer
 */

/**
 * What a group of clients does. It is made before its clients connect.
 *
 * @typedef {object} Activity
 * @property {(byMs: number) => Promise<void>} prepare whatever its clients need, when they are connected; may reject
 * @property {(schedule: { fromMs: number, untilMs: number }) => Promise<void>} run does what is due
 * @property {() => void} endSchedule nothing more is due
 * @property {boolean} isDone whether nothing is under way
 * @property {() => Promise<void>} finish counts what is missing
 */

/** Tags of what a member does. @param {Member} member @param {ActivityName} activity @param {number} size */
export function tagsOf({ city }, activity, size) {
  return { ...cityTag(city), activity, size: `${size}` };
}

/** Room for the stamp. @param {{ size: number }} habit */
export function sizeOf({ size }) {
  return Math.max(STAMP_BYTES, Math.round(size));
}

/**
 * Each member by a schedule of its own, spread over the interval so that the load is even.
 *
 * @template T
 * @param {readonly T[]} members
 * @param {{ fromMs: number, untilMs: number, everyMs: number }} schedule
 * @param {{ act: (member: T, dueMs: number) => void, skip: (member: T, dueMs: number) => void }} turn `act` must not throw
 */
export async function rounds(members, { fromMs, untilMs, everyMs }, { act, skip }) {
  await Promise.all(
    members.map((member, index) => {
      const startsAtMs = fromMs + (everyMs * (index + 0.5)) / members.length;
      return keepSchedule(
        { fromMs: startsAtMs, untilMs, everyMs },
        (dueMs) => act(member, dueMs),
        (dueMs) => skip(member, dueMs),
      );
    }),
  );
}

/**
 * Counts it where what one publishes does not arrive at a service.
 *
 * @param {Member} from
 * @param {string} service that answers
 * @param {{ byMs: number, activity: ActivityName }} options
 */
export async function linked({ client }, service, { byMs, activity }) {
  if (await isLinked(client, service, byMs)) return;
  noteUnlinked(client, activity);
}

/** @param {LastingClient} client @param {ActivityName} activity */
export function noteUnlinked(client, activity) {
  metrics.errors.add(true, { kind: 'unlinked', region: client.region, activity });
  console.error(`${activity}: what is published in ${client.region || 'no region'} does not arrive`);
}

/** Time that is left, and a little in any case. @param {number} byMs */
export function left(byMs) {
  return Math.max(100, byMs - nowMs());
}
