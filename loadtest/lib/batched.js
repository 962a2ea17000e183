// A counter whose counts become samples a few times a second, for what happens too often for a sample of each.

import { nowMs } from './clock.js';

/** How often counts become a sample. */
const EVERY_MS = 250;

export class Batched {
  /** All that was counted. */
  total = 0;
  #noted = 0;
  #notedAtMs = nowMs();
  #note;

  /** @param {(count: number) => void} note makes the samples of so many */
  constructor(note) {
    this.#note = note;
  }

  /** @param {number} count */
  add(count) {
    this.total += count;
    if (nowMs() - this.#notedAtMs >= EVERY_MS) this.flush();
  }

  /** What was counted since the last sample becomes one. */
  flush() {
    const count = this.total - this.#noted;
    if (count > 0) this.#note(count);
    this.#noted = this.total;
    this.#notedAtMs = nowMs();
  }
}
