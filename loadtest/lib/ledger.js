// What one publisher had acknowledged by JetStream, and what one reader has read of it. Pure.

/** @typedef {import('./sequence.js').Arrival} Arrival */

export class Ledger {
  /** How many messages are acknowledged. */
  count = 0;
  /** By the number of the message: its sequence in the stream, 0 while it has none. @type {number[]} */
  #sequences = [];

  /**
   * @param {number} number of the message, from 0
   * @param {number} sequence that it has in the stream, from 1
   */
  acknowledge(number, sequence) {
    while (this.#sequences.length <= number) this.#sequences.push(0);
    if (this.sequenceOf(number) === 0) this.count += 1;
    this.#sequences[number] = sequence;
  }

  /** @param {number} number @returns {number} 0 of one that is not acknowledged */
  sequenceOf(number) {
    return this.#sequences[number] ?? 0;
  }

  /** The numbers that are acknowledged. @returns {number[]} */
  numbers() {
    return [...this.#sequences.keys()].filter((number) => this.sequenceOf(number) > 0);
  }
}

export class Reading {
  /** How many different messages were read. */
  count = 0;
  #ledger;
  /** By number, whether it was read. @type {boolean[]} */
  #isRead = [];

  /** @param {Ledger} ledger of the publisher */
  constructor(ledger) {
    this.#ledger = ledger;
  }

  /** @param {number} number @returns {Arrival} `disordered`: one with a higher number was read before */
  take(number) {
    if (this.has(number)) return 'doubled';
    const kind = number < this.#isRead.length ? 'disordered' : 'next';
    while (this.#isRead.length <= number) this.#isRead.push(false);
    this.#isRead[number] = true;
    this.count += 1;
    return kind;
  }

  /** @param {number} number */
  has(number) {
    return this.#isRead[number] === true;
  }

  /** The numbers that are acknowledged and were not read. @returns {number[]} */
  unread() {
    return this.#ledger.numbers().filter((number) => !this.has(number));
  }

  /** Whether all that is acknowledged was read. */
  get isWhole() {
    // What was not acknowledged may be in the stream all the same.
    return this.count >= this.#ledger.count && this.unread().length === 0;
  }
}
