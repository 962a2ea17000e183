// A connection, those that use it, and what runs on it: it is closed once all of that has ended.

import type { NatsConnection } from '@nats-io/nats-core';

/** What is still under way after this is cut off: a lame duck server closes its connections anyway. */
const CLOSE_WITHIN_MS = 20_000;

/** Ends what runs on a connection, gently. */
export type Stop = () => Promise<void> | void;

export class Lease {
  readonly nats: NatsConnection;
  readonly stops: Stop[] = [];
  readonly #users = new Set<Promise<unknown>>();

  constructor(nats: NatsConnection) {
    this.nats = nats;
  }

  /** Runs something on the connection, which is not closed before it has ended. */
  async use<T>(something: (nats: NatsConnection) => Promise<T>): Promise<T> {
    const used = something(this.nats);
    this.#users.add(used);
    try {
      return await used;
    } finally {
      this.#users.delete(used);
    }
  }

  /** Resolves once it is closed: all that was received is handled, and all that was written is sent. */
  async close(): Promise<void> {
    const ended = Promise.allSettled([...this.stops.map(async (stop) => stop()), ...this.#users]);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    await Promise.race([ended, late, this.nats.closed()]);
    clearTimeout(timer);
    if (this.nats.isClosed()) return;
    await this.nats.drain().catch(() => this.nats.close());
  }
}
