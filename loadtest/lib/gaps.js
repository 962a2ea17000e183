// Times in which nothing arrived though something was due. Pure.

/** A pause is a gap when it is longer than this, and than five intervals of the schedule. */
const LEAST_GAP_MS = 1_000;
const INTERVALS = 5;

export class Gaps {
  #leastMs;
  /** Since when nothing came; undefined while nothing was due. @type {number | undefined} */
  #sinceMs;
  #lastDueMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** @param {number} everyMs the interval of the schedule */
  constructor(everyMs) {
    this.#leastMs = Math.max(LEAST_GAP_MS, INTERVALS * everyMs);
  }

  /** Since when something was due, and nothing came; undefined while nothing is. @returns {number | undefined} */
  get vainSinceMs() {
    return this.#sinceMs !== undefined && this.#lastDueMs > this.#sinceMs ? this.#sinceMs : undefined;
  }

  /** Something is due. @param {number} atMs */
  due(atMs) {
    this.#sinceMs ??= atMs;
    this.#lastDueMs = atMs;
  }

  /**
   * Something arrives.
   *
   * @param {number} atMs
   * @returns {number | undefined} how long the gap was that ends with it
   */
  arrived(atMs) {
    if (this.#isOver) return undefined;
    const ms = this.#sinceMs === undefined ? 0 : atMs - this.#sinceMs;
    this.#sinceMs = atMs;
    return ms > this.#leastMs ? ms : undefined;
  }

  /**
   * The end of the schedule: what comes later ends no gap. What was due up to the last moment decides, not the time in
   * which nothing more was due.
   *
   * @param {number} atMs
   * @returns {number | undefined} how long the gap is that nothing ended
   */
  finish(atMs) {
    if (this.#sinceMs === undefined || this.#isOver) return undefined;
    this.#isOver = true;
    return this.#lastDueMs - this.#sinceMs > this.#leastMs ? atMs - this.#sinceMs : undefined;
  }
}
