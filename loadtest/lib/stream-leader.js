// In which region the leader of a stream is: it may move while a run goes on.

import { nowMs } from './clock.js';
import { askOnce } from './jetstream.js';
import { pause } from './wait.js';

const LOOK_EVERY_MS = 1_000;

/** Servers are named after their regions. */
const SERVER_PREFIX = 'nats-';

export class StreamLeader {
  /** Empty while it is not known. */
  region = '';
  #client;
  #stream;
  #isOver = false;

  /**
   * @param {import('./lasting-client.js').LastingClient} client
   * @param {string} stream
   */
  constructor(client, stream) {
    this.#client = client;
    this.#stream = stream;
  }

  /**
   * Asks for the leader to be in a region that keeps the stream, and waits for it. A server that knows no such wish leaves
   * it where it is. Never rejects.
   *
   * @param {string} region
   * @param {number} byMs
   */
  async moveTo(region, byMs) {
    const wish = { placement: { preferred: `${SERVER_PREFIX}${region}` } };
    for (await this.look(); this.region !== region && nowMs() < byMs; await this.look()) {
      const operation = `STREAM.LEADER.STEPDOWN.${this.#stream}`;
      await askOnce(this.#client, operation, wish, LOOK_EVERY_MS).catch(() => undefined);
      await pause(LOOK_EVERY_MS / 10);
    }
  }

  /** Looks once. Never rejects. */
  async look() {
    if (!this.#client.isOpen) return;
    const answer = askOnce(this.#client, `STREAM.INFO.${this.#stream}`, undefined, LOOK_EVERY_MS);
    const info = await answer.catch(() => undefined);
    const name = info?.cluster?.leader;
    if (typeof name === 'string') this.region = name.replace(SERVER_PREFIX, '');
  }

  /** Looks from time to time, until it is stopped. */
  async follow() {
    for (let nextMs = 0; !this.#isOver; await pause(LOOK_EVERY_MS / 10)) {
      if (nowMs() < nextMs) continue;
      nextMs = nowMs() + LOOK_EVERY_MS;
      await this.look();
    }
  }

  stop() {
    this.#isOver = true;
  }
}
