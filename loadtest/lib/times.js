// When a user's measurement begins and ends. Every wait of a script is bounded by these.

import { nowMs, scenarioStartMs } from './clock.js';
import { READY_SECONDS } from './profiles.js';
import { pause } from './wait.js';

/** How often waiting looks whether it is over. */
const LOOK_EVERY_MS = 20;

export class Times {
  /** By then the user is connected, or begins without. */
  readyByMs;
  /** What clients may go on until, whenever the measurement begins. */
  endsAtMs;
  #seconds;
  #lastMs;

  /**
   * @param {number} seconds of the schedule
   * @param {number} lastMs for what is still under way at its end
   */
  constructor(seconds, lastMs) {
    this.readyByMs = scenarioStartMs() + READY_SECONDS * 1000;
    this.endsAtMs = this.readyByMs + seconds * 1000 + lastMs;
    this.#seconds = seconds;
    this.#lastMs = lastMs;
  }

  /** The schedule begins now. */
  begin() {
    const fromMs = nowMs();
    const untilMs = fromMs + this.#seconds * 1000;
    return { fromMs, untilMs, endsAtMs: untilMs + this.#lastMs };
  }
}

/**
 * Waits for the planned end. What is interrupted then was so to the end of the run, whatever the grace that follows.
 *
 * @param {number} untilMs
 * @param {readonly { endSchedule: () => void }[]} parts clients and receivers
 */
export async function planEnds(untilMs, parts) {
  await pause(untilMs - nowMs());
  for (const part of parts) part.endSchedule();
}

/**
 * Waits for what is still under way.
 *
 * @param {number} byMs
 * @param {() => boolean} isDone
 */
export async function lastOnes(byMs, isDone) {
  while (nowMs() < byMs && !isDone()) await pause(LOOK_EVERY_MS);
}
