// When a server that ended unasked is started again: at once, then after longer and longer pauses, until one has run
// for long enough.

import { backoffMs } from '../backoff.ts';

/** Restarts of a server that keeps ending are this far apart at most. */
export const RESTART_MAX_MS = 30_000;

/** A server that ran this long was a good one: the next restart goes at once. */
export const STABLE_AFTER_MS = 10_000;

export class Restarts {
  #count = 0;

  ended(livedMs: number): void {
    if (livedMs >= STABLE_AFTER_MS) this.#count = 0;
  }

  /** How long to wait before the next start. @param random uniform in [0, 1) */
  nextPauseMs(random: number): number {
    const pauseMs = backoffMs(this.#count, RESTART_MAX_MS, random);
    this.#count += 1;
    return pauseMs;
  }
}
