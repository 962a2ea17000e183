// How long the servers of a region take to start, as measured: the time that scaling has to look ahead.

/** Where they are kept, such as the object's `storage.kv`. */
export interface StartTimesStorage {
  get(key: string): readonly number[] | undefined;
  put(key: string, times: readonly number[]): void;
}

const KEY = 'start-times';

/** So many of the last starts count. */
const KEPT = 20;

/** Before the first is measured: Cloudflare's containers often take 1 to 3 s to start. */
const USUAL_MS = 3_000;

/** One that took longer says nothing about the next: a deploy, or a host without room. */
const LONGEST_MS = 60_000;

export class StartTimes {
  readonly #storage: StartTimesStorage;

  constructor(storage: StartTimesStorage) {
    this.#storage = storage;
  }

  note(ms: number): void {
    const times = this.#storage.get(KEY) ?? [];
    this.#storage.put(KEY, [...times, Math.min(LONGEST_MS, Math.round(ms))].slice(-KEPT));
  }

  /** The 95th percentile of the last starts, ms. */
  get usualMs(): number {
    const times = (this.#storage.get(KEY) ?? []).toSorted((a, b) => a - b);
    return times[Math.ceil(times.length * 0.95) - 1] ?? USUAL_MS;
  }
}
