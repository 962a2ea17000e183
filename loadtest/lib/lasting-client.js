// A client that reconnects: when its connection ends it waits a little and connects again, as NATS clients do, and
// records how long it was without service.

import { nowMs } from './clock.js';
import * as metrics from './metrics.js';
import { cityTag, connectFrom } from './target.js';
import { pause } from './wait.js';

/** @typedef {import('./cities.js').City} City */
/** @typedef {import('./nats-client.js').NatsClient} NatsClient */

/** Before the first attempt, so that the clients of a dead region do not reconnect all at once. */
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 100;

/** A client without service for this long gives up; the script counts it as an error. */
const GIVE_UP_MS = 30_000;

/** The longest that one attempt may take, so that one that hangs leaves time for others. */
const ATTEMPT_TIMEOUT_MS = 5_000;

export class LastingClient {
  /** @type {NatsClient | undefined} */
  connection;
  #city;
  #kindOf;
  #isOver = false;
  /** @type {Promise<void>} settled while it is connected */
  #coming = Promise.resolve();

  /**
   * @param {City} city
   * @param {(region: string) => string} kindOf why a region's clients are losing their connections at the moment
   */
  constructor(city, kindOf) {
    this.#city = city;
    this.#kindOf = kindOf;
  }

  async open() {
    this.connection = await this.#connect();
  }

  /** Waits at most until it is served again. */
  async close() {
    this.#isOver = true;
    await this.#coming;
    await this.connection?.close();
  }

  #connect() {
    return connectFrom(this.#city, {
      timeoutMs: ATTEMPT_TIMEOUT_MS,
      onClose: () => {
        this.#coming = this.#comeBack();
      },
    });
  }

  async #comeBack() {
    const lostAt = nowMs();
    const before = this.connection?.region ?? '';
    const kind = this.#kindOf(before);
    const place = cityTag(this.#city);
    metrics.disconnects.add(1, { ...place, region: before, kind });
    this.connection = undefined;
    while (!this.#isOver && nowMs() - lostAt < GIVE_UP_MS) {
      await pause(RECONNECT_WAIT_MS + Math.random() * RECONNECT_JITTER_MS);
      const connection = await this.#connect();
      if (connection === undefined) continue;
      this.connection = connection;
      metrics.outageTime.add(nowMs() - lostAt, { ...place, region: before, peer: connection.region, kind });
      return;
    }
    if (!this.#isOver) metrics.errors.add(true, { ...place, kind: 'gone' });
  }
}
