// In which region the leader of a stream is: it may move while a run goes on.

import { nowMs } from './clock.js';
import { askOnce } from './jetstream.js';
import { pause } from './wait.js';

const LOOK_EVERY_MS = 1_000;

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

  /** Looks once. Never rejects. */
  async look() {
    if (!this.#client.isOpen) return;
    const answer = askOnce(this.#client, `STREAM.INFO.${this.#stream}`, undefined, LOOK_EVERY_MS);
    const info = await answer.catch(() => undefined);
    const name = info?.cluster?.leader;
    if (typeof name === 'string') this.region = name.replace(/^nats-/, '');
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
