// Requests and PINGs by a schedule: as many at once as are due, each timed from when it was due.

import { nowMs } from './clock.js';
import * as metrics from './metrics.js';
import { NatsError } from './nats-error.js';
import { noteSkipped, Skipped } from './skipped.js';

/** @typedef {import('./lasting-client.js').LastingClient} LastingClient */

/** As long as a user would wait, and no longer than the run. */
const TIMEOUT_MS = 5_000;

export class Asker {
  /** How many have neither an answer nor failed. */
  pending = 0;
  #client;
  #options;
  #skipped;

  /**
   * @param {LastingClient} client
   * @param {{ subject: string, payload: Uint8Array, tags: Record<string, string>, endsAtMs: number }} options of the
   *   service; `endsAtMs`: by then all have failed that have no answer
   */
  constructor(client, options) {
    this.#client = client;
    this.#options = options;
    this.#skipped = new Skipped(() => ({ ...this.#tags(), kind: 'request' }));
  }

  /** Asks what is due, and does not wait for the answer. @param {number} dueMs */
  ask(dueMs) {
    metrics.due.add(1, { ...this.#tags(), kind: 'request' });
    this.pending += 1;
    void this.#time(dueMs).finally(() => {
      this.pending -= 1;
    });
  }

  /** k6 never got to it. */
  skip() {
    this.#skipped.count += 1;
  }

  /** @param {number} dueMs */
  async #time(dueMs) {
    const { subject, payload, endsAtMs } = this.#options;
    const sentMs = nowMs();
    try {
      const { headers } = await this.#client.request(
        subject,
        payload,
        Math.max(1, Math.min(TIMEOUT_MS, endsAtMs - sentMs)),
      );
      if (headers !== '') return this.#fail('no_responders');
      const now = nowMs();
      const tags = this.#tags();
      metrics.requestTime.add(now - dueMs, tags);
      metrics.requestServiceTime.add(now - sentMs, tags);
      metrics.errors.add(false, tags);
    } catch (error) {
      this.#fail(error instanceof NatsError && error.kind === 'closed' ? 'closed' : 'request');
    }
  }

  /** @param {'no_responders' | 'closed' | 'request'} kind */
  #fail(kind) {
    metrics.errors.add(true, { ...this.#tags(), kind });
  }

  #tags() {
    return { ...this.#options.tags, region: this.#client.region };
  }
}

/** PINGs by a schedule: timed from when they were due, and not waited for. */
export class Pinger {
  /** How many have neither a PONG nor failed. */
  pending = 0;
  #endsAtMs;

  /** @param {number} endsAtMs by then all have failed that have no PONG */
  constructor(endsAtMs) {
    this.#endsAtMs = endsAtMs;
  }

  /**
   * @param {LastingClient} client
   * @param {number} dueMs
   * @param {Record<string, string>} place
   */
  ping(client, dueMs, place) {
    metrics.due.add(1, { ...place, region: client.region, kind: 'ping' });
    this.pending += 1;
    void this.#time(client, dueMs, place).finally(() => {
      this.pending -= 1;
    });
  }

  /** k6 never got to it. @param {LastingClient} client @param {Record<string, string>} place */
  skip(client, place) {
    noteSkipped({ ...place, region: client.region, kind: 'ping' });
  }

  /**
   * @param {LastingClient} client
   * @param {number} dueMs
   * @param {Record<string, string>} place
   */
  async #time(client, dueMs, place) {
    try {
      await client.ping(Math.max(1, Math.min(TIMEOUT_MS, this.#endsAtMs - nowMs())));
      metrics.pingTime.add(nowMs() - dueMs, { ...place, region: client.region });
      metrics.errors.add(false, { ...place, region: client.region });
    } catch (error) {
      const kind = error instanceof NatsError && error.kind === 'closed' ? 'closed' : 'ping';
      metrics.errors.add(true, { ...place, region: client.region, kind });
    }
  }
}
