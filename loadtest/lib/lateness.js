// How late k6 gets to what is due, whatever the target does: when it is late, it is this machine that is measured.

import * as metrics from './metrics.js';

/** What is due within this time shares a sample, so that each part of a schedule counts by its length. */
const SAMPLE_MS = 100;

/** No more than this, and no more than one interval, is late. */
const LATE_MS = 100;

/** Told while the run goes on, once by each user. */
const TOLD_MS = 1_000;
let isTold = false;

export class Lateness {
  #limitMs;
  /** The sample is of what is due before. */
  #untilMs = Number.NEGATIVE_INFINITY;
  /** The latest of the sample, ms; undefined of none. @type {number | undefined} */
  #worstMs;

  /** @param {number} everyMs the interval of the schedule */
  constructor(everyMs) {
    this.#limitMs = Math.max(LATE_MS, everyMs);
  }

  /** k6 gets to it now. @param {number} dueMs never less than before @param {number} nowMs */
  note(dueMs, nowMs) {
    if (dueMs >= this.#untilMs) {
      this.flush();
      this.#untilMs = dueMs + SAMPLE_MS;
    }
    this.#worstMs = Math.max(this.#worstMs ?? 0, nowMs - dueMs);
  }

  /** What was noted since the last sample becomes one. */
  flush() {
    const worst = this.#worstMs;
    if (worst === undefined) return;
    if (worst > TOLD_MS && !isTold) {
      isTold = true;
      console.warn('k6 gets to what is due more than a second late');
    }
    metrics.scheduleLate.add(worst, worst > this.#limitMs ? { kind: 'late' } : {});
    this.#worstMs = undefined;
  }
}
