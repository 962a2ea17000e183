// Messages from one client to another by a schedule, in two halves: the sender counts what is due and what it sends,
// the receiver what arrives, how late it is, what is missing, disordered or doubled, and when nothing came at all.

import { Batched } from './batched.js';
import { nowMs } from './clock.js';
import { Gaps } from './gaps.js';
import * as metrics from './metrics.js';
import { Sequence } from './sequence.js';
import { Skipped } from './skipped.js';
import { readStamp, writeStamp } from './stamp.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */

/** What is jumped over may still come within this time, ms: from another way through the mesh. */
const GRACE_MS = 2_000;

export class Sender {
  /** How many went out. */
  sent = 0;
  #client;
  #subject;
  #payload;
  #tags;
  #skipped;

  /**
   * @param {LastingClient} client
   * @param {{ subject: string, size: number, tags?: Record<string, string> }} options the tags are those of counters
   */
  constructor(client, { subject, size, tags = {} }) {
    this.#client = client;
    this.#subject = subject;
    this.#payload = new Uint8Array(size).fill(32);
    this.#tags = { size: `${size}`, ...tags };
    this.#skipped = new Skipped(() => ({ ...this.#tags, region: client.region, kind: 'message' }));
  }

  /** Sends what is due; a message that cannot be sent takes no number. @param {number} dueMs */
  send(dueMs) {
    const tags = { ...this.#tags, region: this.#client.region };
    metrics.due.add(1, { ...tags, kind: 'message' });
    writeStamp(this.#payload, { number: this.sent, dueMs, sentMs: nowMs() });
    // The reply subject tells subscribers where it was published.
    if (!this.#client.publish(this.#subject, this.#payload, this.#client.region)) return;
    this.sent += 1;
    metrics.published.add(1, tags);
  }

  /** k6 never got to it. */
  skip() {
    this.#skipped.count += 1;
  }
}

/**
 * @typedef {object} ReceiverOptions
 * @property {number} everyMs interval of the schedule
 * @property {() => string} peer where they come from
 * @property {Record<string, string>} tags of all that is counted, such as city and size
 * @property {() => number | undefined} [aheadMs] how much later than this k6 the publisher's began, whose clock its times are
 *   by; undefined while that is not known. By default they are one
 * @property {number} [sampledShare] of the messages whose time is noted; default 1. With less, there are so many that
 *   deliveries are counted a few times a second, not each by itself
 */

export class Receiver {
  #client;
  #options;
  #sequence = new Sequence(GRACE_MS);
  #delivered;
  #gaps;
  #isFinished = false;

  /**
   * @param {LastingClient} client
   * @param {ReceiverOptions} options
   */
  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    this.#gaps = new Gaps(options.everyMs);
    client.awaits(() => this.#gaps.vainSinceMs);
    // Not beside its name: k6 2.2 panics where a constructor makes an object with a field whose function uses `this`.
    this.#delivered = new Batched((count) => metrics.delivered.add(count, this.#tags()));
  }

  /** How many different messages have arrived. */
  get arrived() {
    return this.#sequence.arrived;
  }

  /** A message is due to be sent to it. @param {number} dueMs */
  expect(dueMs) {
    // Until k6 gets to it, it is not the target's turn.
    this.#gaps.due(Math.max(dueMs, nowMs()));
    // In a pause, what had arrived is counted all the same.
    this.#delivered.add(0);
  }

  /** A message arrives. @param {{ payload: Uint8Array }} message @returns {number} ms since it was due */
  take({ payload }) {
    const now = nowMs();
    const { number, ...times } = readStamp(payload);
    const { sampledShare = 1, aheadMs = () => 0 } = this.#options;
    const ahead = aheadMs();
    const dueMs = times.dueMs + (ahead ?? 0);
    const sentMs = times.sentMs + (ahead ?? 0);
    // What was counted as missing is not counted as delivered as well.
    if (this.#isFinished) return now - dueMs;
    const kind = this.#sequence.take(number, now);
    if (kind === 'doubled') metrics.doubled.add(1, this.#tags());
    else if (kind !== 'late') this.#delivered.add(1);
    if (kind === 'disordered' || kind === 'late') metrics.disordered.add(1, this.#tags());
    this.#countMissing(this.#sequence.settle(now));
    this.#noteGap(this.#gaps.arrived(now));
    if (sampledShare === 1) this.#delivered.flush();
    if (ahead !== undefined && (sampledShare === 1 || Math.random() < sampledShare)) {
      const tags = this.#tags();
      metrics.deliveryTime.add(now - dueMs, tags);
      metrics.deliveryServiceTime.add(now - sentMs, tags);
    }
    return now - dueMs;
  }

  /** Nothing more is due: a gap that still goes on ends here. */
  endSchedule() {
    this.#noteGap(this.#gaps.finish(nowMs()));
  }

  /** Nothing more is waited for, and what comes all the same is too late. @param {number} sent how many there were */
  finish(sent) {
    this.#delivered.flush();
    this.#countMissing(this.#sequence.finish(sent));
    this.endSchedule();
    this.#isFinished = true;
  }

  /** @param {number} count */
  #countMissing(count) {
    if (count > 0) metrics.missing.add(count, this.#tags());
  }

  /** @param {number | undefined} ms */
  #noteGap(ms) {
    if (ms !== undefined) metrics.gap.add(ms, this.#tags());
  }

  #tags() {
    const { tags, peer } = this.#options;
    return { ...tags, region: this.#client.region, peer: peer() };
  }
}
