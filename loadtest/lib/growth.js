// Whether something grows over a run: compares its early values, once the start has settled, with those at the end.

/** The first three tenths are the start: connections, caches, the first use of everything. */
const SLICES = 10;
const EARLY = 3;
const LATE = SLICES - 1;

export class Growth {
  #seconds;
  /** @type {number[]} */
  #early = [];
  /** @type {number[]} */
  #late = [];

  /** @param {number} seconds of the whole run */
  constructor(seconds) {
    this.#seconds = seconds;
  }

  /**
   * @param {number} atMs since the start
   * @param {number} value
   */
  add(atMs, value) {
    const slice = Math.floor((atMs * SLICES) / (this.#seconds * 1000));
    if (slice === EARLY) this.#early.push(value);
    if (slice >= LATE) this.#late.push(value);
  }

  /** The late median divided by the early one: 1 when nothing grows; undefined when there is nothing to compare. */
  ratio() {
    const early = median(this.#early);
    const late = median(this.#late);
    return early === undefined || late === undefined || early === 0 ? undefined : late / early;
  }
}

/**
 * @param {readonly number[]} values
 * @returns {number | undefined}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
