// What was due and k6 never got to: counted as due and as unsent, so that what was due is the whole schedule however slow
// k6 is. There may be very many, and no time for them, so they are counted in few samples.

import * as metrics from './metrics.js';

/** @typedef {Record<string, string> & { kind: 'message' | 'request' | 'ping' | 'connect' }} Tags of what was due */

/** @type {Skipped[]} */
const counters = [];

/** Counts what has the same tags. */
export class Skipped {
  count = 0;
  /** Read when it is noted. @type {() => Tags} */
  tagsOf;

  /** @param {() => Tags} tagsOf */
  constructor(tagsOf) {
    this.tagsOf = tagsOf;
    counters.push(this);
  }
}

/** By tags. @type {Map<string, Skipped>} */
const others = new Map();

/** For what is due seldom. @param {Tags} tags @param {number} [count] */
export function noteSkipped(tags, count = 1) {
  const key = JSON.stringify(tags);
  const counter = others.get(key) ?? new Skipped(() => tags);
  others.set(key, counter);
  counter.count += count;
}

/** What was counted becomes samples. */
export function flushSkipped() {
  for (const counter of counters) {
    if (counter.count === 0) continue;
    const tags = counter.tagsOf();
    metrics.due.add(counter.count, tags);
    metrics.unsent.add(counter.count, tags);
    counter.count = 0;
  }
}
