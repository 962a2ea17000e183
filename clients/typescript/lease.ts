// A connection, those that use it, and what runs on it: it is closed once all of that has ended.

import type { NatsConnection } from '@nats-io/nats-core';
import type { Backoff } from './backoff.ts';
import { textOf } from './errors.ts';
import { within } from './within.ts';

/** What is still under way after this is cut off: a lame duck server closes its connections anyway. */
const CLOSE_WITHIN_MS = 20_000;
/** What was written is sent within this. A server that hangs, or none, takes nothing. */
const DRAIN_WITHIN_MS = 5_000;
/** A WebSocket is closed by both sides. */
const HANG_UP_WITHIN_MS = 1_000;

/** Ends what runs on a connection, gently. */
export type Stop = () => Promise<void> | void;

export interface LeaseOptions {
  /** When a connection should follow it, and when its credentials end, by the clock of this machine; undefined is never. */
  readonly renewAt?: number;
  readonly endsAt?: number;
  /** Of its attempts to connect again. */
  readonly waits: Backoff;
  /** Told what a stop throws. */
  readonly failed: (error: Error) => void;
}

export class Lease {
  readonly nats: NatsConnection;
  readonly stops: Stop[] = [];
  readonly renewAt: number | undefined;
  readonly endsAt: number | undefined;
  /** The region that it was connected to last. */
  region = '';
  readonly #waits: Backoff;
  readonly #failed: (error: Error) => void;
  readonly #users = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #isDraining = false;

  constructor(nats: NatsConnection, { renewAt, endsAt, waits, failed }: LeaseOptions) {
    this.nats = nats;
    this.renewAt = renewAt;
    this.endsAt = endsAt;
    this.#waits = waits;
    this.#failed = failed;
    this.look();
  }

  /** Whether nothing can be done on it any more. */
  get isOver(): boolean {
    return this.#isDraining || this.nats.isClosed();
  }

  /** The server of now; undefined while it is connected to none. */
  get server(): string | undefined {
    return this.nats.info?.server_id;
  }

  /** Whether its server has said that it goes. */
  get isLame(): boolean {
    return this.nats.info?.ldm === true;
  }

  /** After it was connected: notes where it is. */
  look(): void {
    this.#waits.reset();
    const name = this.nats.info?.server_name;
    if (name !== undefined) this.region = name.replace(/^nats-/, '');
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

  /** Resolves once it is closed: all that was received is handled, and all that was written is sent. It never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const ending = Promise.race([this.#ended(), this.nats.closed()]);
    await within({ what: 'what is under way', ms: CLOSE_WITHIN_MS }, ending).catch(this.#tell);
    this.#isDraining = true;
    if (this.nats.isClosed()) return;
    const { nats } = this;
    await within({ what: 'what was written to be sent', ms: DRAIN_WITHIN_MS }, nats.drain()).catch(
      this.#tell,
    );
    await within({ what: 'its server to close it', ms: HANG_UP_WITHIN_MS }, nats.close()).catch(this.#tell);
  }

  async #ended(): Promise<void> {
    await Promise.all(this.stops.map(async (stop) => stop()).map((stopped) => stopped.catch(this.#tell)));
    // What is stopped may have used it.
    while (this.#users.size > 0) await Promise.allSettled(this.#users);
  }

  readonly #tell = (cause: unknown): void => {
    this.#failed(new Error(`a connection to ${this.region} did not end gently: ${textOf(cause)}`, { cause }));
  };
}
