// Keeps a rate whatever happens to the load: the next tick makes up for a late one. A slow target gets the same load as
// a quick one, so its slowness shows.

import { nowMs } from './clock.js';
import { pause } from './wait.js';

/**
 * How many messages in total are due at this time after the start.
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
