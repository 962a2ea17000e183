// How long it takes until all new clients land where they should since a moment. Pure.
//
// Those that were due before it say nothing. Where many machines decide, one may know of an edit later than another: a
// client that still lands as before means that they have not all followed.

export class Following {
  #sinceMs;
  #lands;
  /** When the one was due that last showed that they follow. @type {number | undefined} */
  #followedDueMs;

  /**
   * @param {number} sinceMs
   * @param {(region: string) => boolean} lands whether that is where they should
   */
  constructor(sinceMs, lands) {
    this.#sinceMs = sinceMs;
    this.#lands = lands;
  }

  /** Whether the latest did. */
  get isFollowed() {
    return this.#followedDueMs !== undefined;
  }

  /**
   * A new client was served.
   *
   * @param {string} region
   * @param {{ dueMs: number, servedMs: number }} when
   * @returns {{ follows: boolean, ms: number | undefined } | undefined} `ms`: how long it took, of the first that follows
   *   and of the first after one that did not; undefined when it came before
   */
  take(region, { dueMs, servedMs }) {
    if (dueMs < this.#sinceMs) return undefined;
    const follows = this.#lands(region);
    const isFirst = follows && this.#followedDueMs === undefined;
    if (follows) this.#followedDueMs = Math.max(dueMs, this.#followedDueMs ?? dueMs);
    // One that was due earlier, and took longer, says nothing new.
    else if (this.#followedDueMs !== undefined && dueMs > this.#followedDueMs)
      this.#followedDueMs = undefined;
    return { follows, ms: isFirst ? servedMs - this.#sinceMs : undefined };
  }
}
