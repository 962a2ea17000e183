// What the numbers of arriving messages say: which came twice, which out of order, which not at all. Pure.
//
// One publisher's messages keep their order in NATS, so a number that is jumped over is most likely lost; it is called
// missing only after a grace, or at the end. While nothing follows, it may still come: then only the end decides.

/** @typedef {'next' | 'disordered' | 'doubled' | 'late'} Arrival `late`: it was called missing before, and stays so */

export class Sequence {
  #graceMs;
  #next = 0;
  /** Numbers that were jumped over, with the time of the jump. @type {Map<number, number>} */
  #open = new Map();
  /** Those that were called missing. @type {Set<number>} */
  #missed = new Set();

  /** @param {number} graceMs */
  constructor(graceMs) {
    this.#graceMs = graceMs;
  }

  /** How many different ones have arrived. */
  get arrived() {
    return this.#next - this.#open.size - this.#missed.size;
  }

  /**
   * @param {number} number counted from 0
   * @param {number} atMs
   * @returns {Arrival} `disordered`: one with a higher number was there before
   */
  take(number, atMs) {
    if (number >= this.#next) {
      for (let jumped = this.#next; jumped < number; jumped += 1) this.#open.set(jumped, atMs);
      this.#next = number + 1;
      return 'next';
    }
    if (this.#missed.has(number)) return 'late';
    return this.#open.delete(number) ? 'disordered' : 'doubled';
  }

  /**
   * Calls missing what was jumped over longer ago than the grace.
   *
   * @param {number} atMs
   * @returns {number} how many are newly missing
   */
  settle(atMs) {
    let count = 0;
    // In the order of the jumps.
    for (const [number, since] of this.#open) {
      if (atMs - since < this.#graceMs) break;
      this.#open.delete(number);
      this.#missed.add(number);
      count += 1;
    }
    return count;
  }

  /**
   * The end: nothing is waited for any longer.
   *
   * @param {number} sent how many there were
   * @returns {number} how many are missing besides those that were called so before
   */
  finish(sent) {
    const count = this.#open.size + Math.max(0, sent - this.#next);
    for (const number of this.#open.keys()) this.#missed.add(number);
    for (let number = this.#next; number < sent; number += 1) this.#missed.add(number);
    this.#open.clear();
    this.#next = Math.max(this.#next, sent);
    return count;
  }
}
