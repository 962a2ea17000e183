// Publishes the newest version to KV, from which all Workers read. One write at a time, so that an older version never
// overwrites a newer one. The object's alarm retries a failed write for as long as it takes.

import { backoffMs } from '../backoff.ts';
import { messageOf } from '../message-of.ts';
import type { AlarmTimes } from './alarm-times.ts';
import { CURRENT_KEY, type PublishedConfig } from './published-config.ts';

/** KV accepts one write per second to a key. Longer pauses would delay a version well beyond an outage of KV. */
const RETRY_MAX_MS = 30_000;

/** When the alarm checks a write that has begun: the object may be evicted before the write is finished. */
const LOOK_AGAIN_MS = 10_000;

/** The key in the object's storage of the version that was last written to KV. */
const PUBLISHED_KEY = 'published';

export class KvPublisher {
  readonly #storage: DurableObjectStorage;
  readonly #alarms: AlarmTimes;
  readonly #newest: () => PublishedConfig | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;

  constructor(storage: DurableObjectStorage, alarms: AlarmTimes, newest: () => PublishedConfig | undefined) {
    this.#storage = storage;
    this.#alarms = alarms;
    this.#newest = newest;
  }

  /** Resolves when KV has the newest version, or when the alarm for a retry is set. */
  publish(kv: KVNamespace | undefined): Promise<void> {
    this.#running ??= this.#publish(kv).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #publish(kv: KVNamespace | undefined): Promise<void> {
    if (kv === undefined) return;
    try {
      // Nothing is awaited before the alarm is set: the alarm and the version are stored together or not at all.
      for (let next = this.#unpublished(); next !== undefined; next = this.#unpublished()) {
        await this.#alarms.set('publish', Date.now() + LOOK_AGAIN_MS);
        await kv.put(CURRENT_KEY, JSON.stringify({ version: next.version, config: next.config }));
        this.#storage.kv.put(PUBLISHED_KEY, next.version);
      }
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      console.error(`the configuration could not be written to KV, retrying: ${messageOf(error)}`);
      const pauseMs = backoffMs(this.#failures, RETRY_MAX_MS, Math.random());
      await this.#alarms.set('publish', Date.now() + pauseMs);
    }
  }

  #unpublished(): PublishedConfig | undefined {
    const newest = this.#newest();
    return newest?.version === this.#storage.kv.get<number>(PUBLISHED_KEY) ? undefined : newest;
  }
}
