// Brings the newest version to KV, from which all Workers read. One write at a time, so that an older version never
// lands after a newer one. A write that fails is tried again by the object's alarm, for as long as it takes.

import { backoffMs } from '../backoff.ts';
import { messageOf } from '../message-of.ts';
import { CURRENT_KEY, type PublishedConfig } from './published-config.ts';

/** KV takes one write to a key per second; an outage of minutes should not cost minutes more. */
const RETRY_MAX_MS = 30_000;

/** This long after a write began, the alarm looks whether it came to its end: the object may have ended first. */
const LOOK_AGAIN_MS = 10_000;

/** The version that KV has, in the object's own storage. */
const PUBLISHED_KEY = 'published';

export class KvPublisher {
  readonly #storage: DurableObjectStorage;
  readonly #newest: () => PublishedConfig | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;

  constructor(storage: DurableObjectStorage, newest: () => PublishedConfig | undefined) {
    this.#storage = storage;
    this.#newest = newest;
  }

  /** Resolves when KV has the newest version, or when the alarm is set that tries again. */
  publish(kv: KVNamespace | undefined): Promise<void> {
    this.#running ??= this.#publish(kv).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #publish(kv: KVNamespace | undefined): Promise<void> {
    if (kv === undefined) return;
    try {
      // Up to the alarm nothing is awaited: it is stored together with the version, or neither is.
      for (let next = this.#unpublished(); next !== undefined; next = this.#unpublished()) {
        await this.#storage.setAlarm(Date.now() + LOOK_AGAIN_MS);
        await kv.put(CURRENT_KEY, JSON.stringify({ version: next.version, config: next.config }));
        this.#storage.kv.put(PUBLISHED_KEY, next.version);
      }
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      console.error(`the configuration could not be written to KV, trying again: ${messageOf(error)}`);
      await this.#storage.setAlarm(Date.now() + backoffMs(this.#failures, RETRY_MAX_MS, Math.random()));
    }
  }

  #unpublished(): PublishedConfig | undefined {
    const newest = this.#newest();
    return newest?.version === this.#storage.kv.get<number>(PUBLISHED_KEY) ? undefined : newest;
  }
}
