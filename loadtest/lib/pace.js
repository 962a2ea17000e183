// Keeps a schedule whatever happens to the load: what is due is due, and a late tick makes up for what it has missed. A
// slow target gets the same load as a quick one, so its slowness shows.

import { nowMs } from './clock.js';
import { Lateness } from './lateness.js';
import { flushSkipped } from './skipped.js';
import { pause } from './wait.js';

/**
 * How many in total are due at this time after the start.
 *
 * @param {{ perSecond: number, seconds: number }} pace
 * @param {number} elapsedMs
 */
export function dueAfter({ perSecond, seconds }, elapsedMs) {
  return Math.floor((Math.min(elapsedMs, seconds * 1000) * perSecond) / 1000);
}

/**
 * @param {{ perSecond: number, seconds: number, everyMs: number }} pace
 * @param {(due: number) => void} send called with the number of messages due since the last call, at least one
 */
export async function keepPace(pace, send) {
  const started = nowMs();
  const lateness = new Lateness(pace.everyMs);
  let done = 0;
  let plannedMs = started;
  for (let tick = 1; ; tick += 1) {
    const elapsed = nowMs() - started;
    lateness.note(plannedMs, started + elapsed);
    const due = dueAfter(pace, elapsed);
    if (due > done) send(due - done);
    done = Math.max(done, due);
    if (elapsed >= pace.seconds * 1000) return lateness.flush();
    const next = Math.max(tick * pace.everyMs, elapsed + 1);
    tick = Math.floor(next / pace.everyMs);
    plannedMs = Math.min(started + next, started + pace.seconds * 1000);
    await pause(started + next - nowMs());
  }
}

/**
 * @typedef {object} Schedule
 * @property {number} fromMs when the first is due
 * @property {number} untilMs nothing is due from then on
 * @property {number} everyMs the interval
 */

/**
 * The times that are due by now and were not given out before.
 *
 * @param {Schedule} schedule
 * @param {number} done how many were given out
 * @param {number} now
 * @param {number} [most] no more than so many
 * @returns {number[]}
 */
export function dueTimes({ fromMs, untilMs, everyMs }, done, now, most = Number.POSITIVE_INFINITY) {
  /** @type {number[]} */
  const times = [];
  for (let n = done; times.length < most; n += 1) {
    const dueMs = fromMs + n * everyMs;
    if (dueMs > now || dueMs >= untilMs) break;
    times.push(dueMs);
  }
  return times;
}

/** Timers of k6 fire up to about this late, whatever the target does: a schedule is no finer. */
const RESOLUTION_MS = 2;

/** So long, and so many, at a time are made up for what was missed: what arrives has its turn between. */
const TURN_MS = 50;
const TURN_ITEMS = 1_000;

/** What k6 has not got to so long after the end of the schedule is not sent any more. */
const CATCH_UP_MS = 1_000;

/**
 * Does something at each time of a schedule, and never waits for what it does. What a timer is late by counts only
 * beyond its resolution.
 *
 * @param {Schedule} schedule by `nowMs()`
 * @param {(dueMs: number) => void} act must not throw; what it begins goes on by itself
 * @param {(dueMs: number) => void} skip notes one that k6 never got to: each of a schedule is acted on or skipped
 */
export async function keepSchedule(schedule, act, skip) {
  const { fromMs, untilMs, everyMs } = schedule;
  const lateness = new Lateness(everyMs);
  for (let done = 0; ; ) {
    const turnMs = nowMs();
    const isOver = turnMs >= untilMs + CATCH_UP_MS;
    for (const dueMs of dueTimes(schedule, done, turnMs, isOver ? undefined : TURN_ITEMS)) {
      const now = nowMs();
      lateness.note(dueMs, now);
      done += 1;
      if (isOver) skip(dueMs);
      else act(now - dueMs < RESOLUTION_MS ? now : dueMs);
      if (!isOver && now - turnMs > TURN_MS) break;
    }
    const nextMs = fromMs + done * everyMs;
    if (nextMs >= untilMs) break;
    await pause(nextMs - nowMs());
  }
  lateness.flush();
  flushSkipped();
}
