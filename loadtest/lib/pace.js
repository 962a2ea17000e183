// Keeps a schedule whatever happens to the load: what is due is due, and a late tick makes up for what it has missed. A
// slow target gets the same load as a quick one, so its slowness shows.

import { nowMs } from './clock.js';
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
  let done = 0;
  for (let tick = 1; ; tick += 1) {
    const elapsed = nowMs() - started;
    const due = dueAfter(pace, elapsed);
    if (due > done) send(due - done);
    done = Math.max(done, due);
    if (elapsed >= pace.seconds * 1000) return;
    const next = Math.max(tick * pace.everyMs, elapsed + 1);
    tick = Math.floor(next / pace.everyMs);
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
 * @returns {number[]}
 */
export function dueTimes({ fromMs, untilMs, everyMs }, done, now) {
  /** @type {number[]} */
  const times = [];
  for (let n = done; ; n += 1) {
    const dueMs = fromMs + n * everyMs;
    if (dueMs > now || dueMs >= untilMs) return times;
    times.push(dueMs);
  }
}

/** Timers of k6 fire up to about this late, whatever the target does: a schedule is no finer. */
const RESOLUTION_MS = 2;

/**
 * Does something at each time of a schedule, and never waits for what it does. What a timer is late by counts only
 * beyond its resolution.
 *
 * @param {Schedule} schedule by `nowMs()`
 * @param {(dueMs: number) => void} act must not throw; what it begins goes on by itself
 */
export async function keepSchedule(schedule, act) {
  const { fromMs, untilMs, everyMs } = schedule;
  for (let done = 0; ; ) {
    const now = nowMs();
    const times = dueTimes(schedule, done, now);
    for (const dueMs of times) act(now - dueMs < RESOLUTION_MS ? now : dueMs);
    done += times.length;
    const nextMs = fromMs + done * everyMs;
    if (nextMs >= untilMs) return;
    await pause(nextMs - nowMs());
  }
}
