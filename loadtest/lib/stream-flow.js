// Messages through a stream by a schedule, in two halves: the sender counts what is due, what it sends and what
// JetStream acknowledges; the receiver what a consumer reads. Only what is acknowledged can be missing.

import { nowMs } from './clock.js';
import { Gaps } from './gaps.js';
import { Ledger, Reading } from './ledger.js';
import * as metrics from './metrics.js';
import { NatsError } from './nats-error.js';
import { textOf } from './nats-protocol.js';
import { noteSkipped } from './skipped.js';
import { readStamp, writeStamp } from './stamp.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */
/** @typedef {(dueMs: number) => Record<string, string>} TagsAt tags of what was due then, such as its size */

/** A leader that is lost is replaced within seconds. */
const ACK_TIMEOUT_MS = 5_000;

/** Publishes and waits for acknowledgements; counts and times all of it. */
export class Storer {
  /** How many have neither an acknowledgement nor failed. */
  pending = 0;
  #client;
  #options;

  /**
   * @param {LastingClient} client
   * @param {{ tagsAt: TagsAt, leader: () => string, endsAtMs: number }} options `leader`: the region in which the
   *   stream's leader is; `endsAtMs`: by then all have failed that have no acknowledgement
   */
  constructor(client, options) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Publishes what is due.
   *
   * @param {string} subject
   * @param {Uint8Array} payload
   * @param {number} dueMs
   * @returns {Promise<number | undefined> | undefined} its sequence in the stream, or undefined when that is not known;
   *   nothing to wait for where it went nowhere
   */
  store(subject, payload, dueMs) {
    const tags = { ...this.#options.tagsAt(dueMs), region: this.#client.region };
    metrics.due.add(1, { ...tags, kind: 'message' });
    if (!this.#client.isOpen) {
      metrics.unsent.add(1, { ...tags, kind: 'message' });
      return undefined;
    }
    metrics.published.add(1, tags);
    this.pending += 1;
    return this.#time(subject, payload, { dueMs, tags }).finally(() => {
      this.pending -= 1;
    });
  }

  /** k6 never got to it. @param {number} dueMs */
  skip(dueMs) {
    noteSkipped({ ...this.#options.tagsAt(dueMs), region: this.#client.region, kind: 'message' });
  }

  /**
   * @param {string} subject
   * @param {Uint8Array} payload
   * @param {{ dueMs: number, tags: Record<string, string> }} of
   */
  async #time(subject, payload, { dueMs, tags }) {
    const { endsAtMs, leader } = this.#options;
    const sentMs = nowMs();
    const timeoutMs = Math.max(1, Math.min(ACK_TIMEOUT_MS, endsAtMs - sentMs));
    try {
      const answer = await this.#client.request(subject, payload, timeoutMs);
      const sequence = sequenceOf(answer);
      metrics.errors.add(sequence === undefined, {
        ...tags,
        ...(sequence === undefined && { kind: answer.payload.length === 0 ? 'no_responders' : 'ack' }),
      });
      if (sequence === undefined) return undefined;
      const now = nowMs();
      const from = { ...tags, peer: leader() };
      metrics.ackTime.add(now - dueMs, from);
      metrics.ackServiceTime.add(now - sentMs, from);
      return sequence;
    } catch (error) {
      const kind = error instanceof NatsError && error.kind === 'closed' ? 'closed' : 'ack';
      metrics.errors.add(true, { ...tags, kind });
      return undefined;
    }
  }
}

/** @param {{ payload: Uint8Array }} answer @returns {number | undefined} undefined when it was not stored */
function sequenceOf({ payload }) {
  if (payload.length === 0) return undefined;
  const { error, seq } = JSON.parse(textOf(payload));
  return error === undefined && seq > 0 ? seq : undefined;
}

/** Numbered messages of one publisher to one stream. */
export class StreamSender {
  /** How many went out. */
  sent = 0;
  ledger = new Ledger();
  #storer;
  #subject;
  #payload;

  /**
   * @param {LastingClient} client
   * @param {{ subject: string, size: number, tagsAt: TagsAt, leader: () => string, endsAtMs: number }} options
   */
  constructor(client, { subject, size, ...options }) {
    this.#storer = new Storer(client, options);
    this.#subject = subject;
    this.#payload = new Uint8Array(size).fill(32);
  }

  get pending() {
    return this.#storer.pending;
  }

  /** Sends what is due; a message that cannot be sent takes no number. @param {number} dueMs */
  send(dueMs) {
    const number = this.sent;
    writeStamp(this.#payload, { number, dueMs, sentMs: nowMs() });
    const stored = this.#storer.store(this.#subject, this.#payload, dueMs);
    if (stored === undefined) return;
    this.sent += 1;
    void stored.then((sequence) => {
      if (sequence !== undefined) this.ledger.acknowledge(number, sequence);
    });
  }

  /** k6 never got to it. @param {number} dueMs */
  skip(dueMs) {
    this.#storer.skip(dueMs);
  }
}

/** What one consumer reads of one publisher. */
export class StreamReceiver {
  #client;
  #options;
  #reading;
  #gaps;

  /**
   * @param {LastingClient} client
   * @param {{ ledger: Ledger, everyMs: number, peer: () => string, tagsAt: TagsAt }} options `everyMs`: the longest
   *   interval of the schedule; `peer`: where they come from
   */
  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    this.#reading = new Reading(options.ledger);
    this.#gaps = new Gaps(options.everyMs);
  }

  /** Whether all that is acknowledged was read. */
  get isWhole() {
    return this.#reading.isWhole;
  }

  /** A message is due to be sent. @param {number} dueMs */
  expect(dueMs) {
    // Until k6 gets to it, it is not the target's turn.
    this.#gaps.due(Math.max(dueMs, nowMs()));
  }

  /** A message is read. @param {{ payload: Uint8Array }} message */
  take({ payload }) {
    const now = nowMs();
    const { number, dueMs, sentMs } = readStamp(payload);
    const tags = this.#tags(dueMs);
    const kind = this.#reading.take(number);
    if (kind === 'doubled') metrics.doubled.add(1, tags);
    else metrics.delivered.add(1, tags);
    if (kind === 'disordered') metrics.disordered.add(1, tags);
    this.#noteGap(this.#gaps.arrived(now), now);
    if (kind === 'doubled') return;
    metrics.deliveryTime.add(now - dueMs, tags);
    metrics.deliveryServiceTime.add(now - sentMs, tags);
  }

  /** Nothing more is due: a gap that still goes on ends here. */
  endSchedule() {
    const now = nowMs();
    this.#noteGap(this.#gaps.finish(now), now);
  }

  /** Nothing more is waited for. @returns {number[]} the numbers that are acknowledged and were not read */
  finish() {
    this.endSchedule();
    return this.#reading.unread();
  }

  /**
   * Of what was not read: some will never come, some only come too late.
   *
   * @param {{ missing: number, behind: number }} counts
   */
  noteUnread({ missing, behind }) {
    const tags = this.#tags(nowMs());
    if (missing > 0) metrics.missing.add(missing, tags);
    metrics.errors.add(behind > 0, { ...tags, kind: 'behind' });
  }

  /** @param {number | undefined} ms @param {number} now */
  #noteGap(ms, now) {
    if (ms !== undefined) metrics.gap.add(ms, this.#tags(now));
  }

  /** @param {number} dueMs */
  #tags(dueMs) {
    const { tagsAt, peer } = this.#options;
    return { ...tagsAt(dueMs), region: this.#client.region, peer: peer() };
  }
}
