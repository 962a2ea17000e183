// A client that lasts: when its connection ends it connects again by the rules of nats.js, subscribes again to what it
// had, and records how long it was without service and where it landed. While it is away, what is published is counted
// as unsent, and what is asked fails at once: the load goes on by its schedule.

import { nowMs } from './clock.js';
import * as metrics from './metrics.js';
import { NatsError, within } from './nats-error.js';
import { numberFrom } from './settings.js';
import { silentSince } from './silence.js';
import { cityTag, connectFrom, PATIENCE_MS } from './target.js';
import { pause } from './wait.js';

/** @typedef {import('./cities.js').City} City */
/** @typedef {import('./nats-client.js').NatsClient} NatsClient */
/** @typedef {import('./nats-protocol.js').Message} Message */
/**
 * @typedef {object} LastingOptions
 * @property {number} endsAtMs by `nowMs()`: after it the client no longer tries to come back
 * @property {string} [region] the one that it is sent to and no other
 * @property {Record<string, string>} [headers] of the upgrade
 * @property {boolean} [echo] whether it hears what it publishes itself; default true
 * @property {Record<string, string>} [tags] of all that is counted about it
 * @property {(region: string) => string} [kindOf] why a region's clients lose their connections at the moment
 * @property {(before: string, after: string) => void} [onBack] told the regions when it is served again
 * @property {number} [attemptTimeoutMs] the longest that one attempt may take
 * @property {number} [patienceMs] how long it is usual to wait until it is served first; default 2 s
 * @property {boolean} [isPassing] it comes, and leaves: that it was never served is a failure, and no outage of anybody
 * @property {number} [waitMs] at least this long from the beginning of one attempt to that of the next
 * @property {number} [jitterMs] and up to so much longer
 */

/** As nats.js has it: at once, if the latest attempt began longer ago than this, so that attempts are that far apart. */
const RECONNECT_WAIT_MS = numberFrom('RECONNECT_WAIT_MS', 2_000);
const RECONNECT_JITTER_MS = numberFrom('RECONNECT_JITTER_MS', 100);

/** One attempt that hangs leaves time for others. */
const ATTEMPT_TIMEOUT_MS = 5_000;

/** With less time than this an attempt is not made. */
const LEAST_ATTEMPT_MS = 250;

/** For the goodbyes of the end. */
const CLOSE_WITHIN_MS = 2_000;

export class LastingClient {
  #city;
  #options;
  #servedBy = '';
  /** @type {NatsClient | undefined} */
  #connection;
  /** Makes its subscriptions on a new connection. @type {((connection: NatsClient) => void)[]} */
  #subscriptions = [];
  /** By `nowMs()`, since when it is without service. */
  #lostAtMs = Number.NaN;
  #lostKind = '';
  #attemptAtMs = Number.NEGATIVE_INFINITY;
  #isOver = false;
  /** Nothing more is due: being without service is no outage any longer. */
  #isScheduleOver = false;
  /** It was not served when the schedule ended. */
  #isGone = false;
  /** The kind of its latest failure, until it is served first. */
  #refusedBefore = '';
  /** Tell since when something was due to it, and nothing came. @type {(() => number | undefined)[]} */
  #waits = [];
  /** Settled while it is connected, and once it has given up. @type {Promise<void>} */
  #coming = Promise.resolve();

  /**
   * @param {City | undefined} city
   * @param {LastingOptions} options
   */
  constructor(city, options) {
    this.#city = city;
    this.#options = options;
  }

  /** Id of the region that serves it, that did last, or that is meant to; empty while it is not known. */
  get region() {
    return this.#servedBy || (this.#options.region ?? '');
  }

  get isOpen() {
    return this.#connection?.isOpen === true;
  }

  /** Bytes that k6 has not sent yet. */
  get bufferedBytes() {
    return this.#connection?.bufferedBytes ?? 0;
  }

  /**
   * Connects, and goes on trying until the end of the run. Returns once it is connected, or after a time.
   *
   * @param {number} withinMs
   * @returns {Promise<boolean>} whether it is connected
   */
  async open(withinMs) {
    this.#lostAtMs = nowMs();
    // Without its own tags: what is due of a step or an activity is what it does.
    metrics.due.add(1, { ...cityTag(this.#city), kind: 'connect' });
    this.#coming = this.#comeBack();
    await within(withinMs, 'not connected', this.#coming).catch(() => {});
    return this.isOpen;
  }

  /**
   * Ends it for good, and records the outage of one that is not served. Never rejects, and never takes long.
   *
   * @param {number} [backWithinMs] for one that has just lost its connection to be served again
   */
  async close(backWithinMs = 0) {
    if (this.#isOver) return;
    if (!this.isOpen) await within(backWithinMs, 'not back', this.#coming).catch(() => {});
    this.#isOver = true;
    if (!this.isOpen) return this.#noteGone();
    if (!this.#isGone) metrics.errors.add(false, { ...this.#tags(), region: this.region, kind: 'gone' });
    await this.#connection?.close(CLOSE_WITHIN_MS);
  }

  /** Nothing more is due: an outage that still goes on ends here, though the client may yet come back for the rest. */
  endSchedule() {
    if (!this.isOpen) this.#noteGone();
    this.#isScheduleOver = true;
  }

  /** Leaves its connection, and comes again as if it had been cut. */
  rejoin() {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#lose();
    void connection.close(CLOSE_WITHIN_MS);
  }

  /** The round trip of a PING, ms. @param {number} [timeoutMs] @returns {Promise<number>} rejects with a NatsError */
  ping(timeoutMs) {
    return this.#connection === undefined ? this.#refuse('ping') : this.#connection.ping(timeoutMs);
  }

  /**
   * @param {string} subject
   * @param {Uint8Array | string} payload
   * @param {string} [reply]
   * @returns {boolean} false when it is without a connection, so that it went nowhere; that is counted
   */
  publish(subject, payload, reply) {
    if (this.#connection !== undefined) return this.#connection.publish(subject, payload, reply);
    this.#countUnsent(1, 'message');
    return false;
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} bytes complete operations
   * @param {number} [messages] that they hold
   * @returns {boolean} as {@link publish}
   */
  write(bytes, messages = 1) {
    if (this.#connection !== undefined) return this.#connection.write(bytes, messages);
    this.#countUnsent(messages, 'message');
    return false;
  }

  /**
   * @param {string} subject
   * @param {Uint8Array | string} payload
   * @param {number} [timeoutMs]
   * @returns {Promise<Message>} rejects with a NatsError, at once when it is without a connection
   */
  request(subject, payload, timeoutMs) {
    if (this.#connection === undefined) return this.#refuse('request');
    return this.#connection.request(subject, payload, timeoutMs);
  }

  /**
   * Subscribes now and at each connection to come.
   *
   * @param {string} subject
   * @param {(message: Message) => void} onMessage
   * @param {string} [queue]
   */
  subscribe(subject, onMessage, queue) {
    this.#keep((connection) => connection.subscribe(subject, onMessage, queue));
  }

  /**
   * Subscribes to messages of one size that are only counted, now and at each connection to come.
   *
   * @param {string} subject
   * @param {number} size of each payload
   * @param {(count: number) => void} onMessages
   */
  count(subject, size, onMessages) {
    this.#keep((connection) => connection.count(subject, size, onMessages));
  }

  /**
   * What is due to it, besides answers: a connection that ends after it has been silent was lost when that began.
   *
   * @param {() => number | undefined} vainSinceMs by `nowMs()`, since when something was due and nothing came
   */
  awaits(vainSinceMs) {
    this.#waits.push(vainSinceMs);
  }

  /** @param {(connection: NatsClient) => void} subscription */
  #keep(subscription) {
    this.#subscriptions.push(subscription);
    if (this.#connection !== undefined) subscription(this.#connection);
  }

  /** The connection of this moment, for what only makes sense on one; undefined while there is none. */
  get connection() {
    return this.#connection;
  }

  async #comeBack() {
    const { endsAtMs, waitMs = RECONNECT_WAIT_MS, jitterMs = RECONNECT_JITTER_MS } = this.#options;
    while (!this.#isOver) {
      const dueMs = this.#attemptAtMs + waitMs + Math.random() * jitterMs;
      if (Math.max(dueMs, nowMs()) > endsAtMs - LEAST_ATTEMPT_MS) {
        await pause(endsAtMs - nowMs());
        return this.#noteGone();
      }
      if (dueMs > nowMs()) await pause(dueMs - nowMs());
      if (this.#isOver) return;
      this.#attemptAtMs = nowMs();
      const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = this.#options;
      const connection = await this.#connect(Math.min(attemptTimeoutMs, endsAtMs - nowMs()));
      if (connection === undefined) continue;
      if (this.#isOver) return void connection.close(CLOSE_WITHIN_MS);
      return this.#served(connection);
    }
  }

  /** @param {number} timeoutMs */
  #connect(timeoutMs) {
    const { headers, echo, tags, kindOf, patienceMs = PATIENCE_MS, isPassing = false } = this.#options;
    const isFirst = this.#servedBy === '' && !Number.isNaN(this.#lostAtMs);
    return connectFrom(this.#city, {
      timeoutMs,
      // Later ones are for an outage, which is timed as such.
      ...(isFirst && { dueMs: this.#lostAtMs }),
      ...(isFirst &&
        !isPassing && {
          refusedBefore: this.#refusedBefore,
          onFailed: (/** @type {string} */ kind) => {
            this.#refusedBefore = kind;
          },
        }),
      patienceMs: isFirst ? patienceMs : Number.POSITIVE_INFINITY,
      ...(headers && { headers }),
      ...(echo !== undefined && { echo }),
      ...(tags && { tags }),
      ...(kindOf && { kindOf }),
      onClose: ({ heardAtMs, vainSinceMs }) =>
        this.#lose(
          silentSince([vainSinceMs, ...this.#waits.map((since) => since())], { heardAtMs, endedMs: nowMs() }),
        ),
    });
  }

  /** @param {NatsClient} connection */
  #served(connection) {
    const before = this.#servedBy;
    this.#connection = connection;
    this.#servedBy = connection.region;
    for (const subscription of this.#subscriptions) subscription(connection);
    // The first connection is no outage: how long it took is the time of connecting.
    if (before !== '') {
      if (!Number.isNaN(this.#lostAtMs))
        this.#noteOutage({ region: before, peer: this.region, kind: this.#lostKind });
      this.#options.onBack?.(before, this.region);
    }
    this.#lostAtMs = Number.NaN;
  }

  /** @param {number} [sinceMs] when its service ended */
  #lose(sinceMs = nowMs()) {
    if (!this.#isScheduleOver) this.#lostAtMs = sinceMs;
    this.#lostKind = this.#options.kindOf?.(this.region) ?? '';
    this.#connection = undefined;
    this.#coming = this.#comeBack();
  }

  /** The run ends, and it is without service. */
  #noteGone() {
    if (Number.isNaN(this.#lostAtMs)) return;
    this.#isGone = true;
    const { patienceMs = PATIENCE_MS, isPassing = false } = this.#options;
    const waitedMs = nowMs() - this.#lostAtMs;
    if (!isPassing && this.#servedBy === '' && waitedMs > patienceMs)
      metrics.waited.add(waitedMs, {
        ...this.#tags(),
        region: this.region,
        kind: this.#refusedBefore || 'slow',
      });
    if (!isPassing) this.#noteOutage({ region: this.region, kind: 'gone' });
    metrics.errors.add(true, { ...this.#tags(), region: this.region, kind: 'gone' });
    this.#lostAtMs = Number.NaN;
  }

  /** @param {{ region: string, peer?: string, kind: string }} tags */
  #noteOutage({ kind, ...regions }) {
    const why = kind === '' ? {} : { kind };
    metrics.outageTime.add(nowMs() - this.#lostAtMs, { ...this.#tags(), ...regions, ...why });
  }

  /** @param {number} count @param {'message' | 'request' | 'ping'} kind */
  #countUnsent(count, kind) {
    metrics.unsent.add(count, { ...this.#tags(), region: this.region, kind });
  }

  /** @param {'request' | 'ping'} kind @returns {Promise<never>} */
  #refuse(kind) {
    this.#countUnsent(1, kind);
    return Promise.reject(new NatsError('closed', 'without a connection'));
  }

  #tags() {
    return { ...cityTag(this.#city), ...this.#options.tags };
  }
}
