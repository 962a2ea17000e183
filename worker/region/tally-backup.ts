// Keeps a copy of a region's traffic tally in the bucket of backups, so that forecasts of a new deployment know where
// clients come from: written when it has changed, at most once an hour, and read once by an object that is new.

import { inTime } from '../config/bucket-call.ts';
import { messageOf } from '../message-of.ts';
import type { TrafficTally } from './traffic-tally.ts';

/** Tallies change slowly: a count is half after a day. */
const WRITE_EVERY_MS = 60 * 60_000;

/** After a failure. */
const RETRY_AFTER_MS = 5 * 60_000;

/** A forecast waits for this. */
const READ_TIMEOUT_MS = 5_000;

/** The key of the record in the object's storage. */
const RECORD_KEY = 'tally-backup';

interface TallyRecord {
  /** It began with nothing, and has not read the backup yet. */
  readonly isToLoad?: true;
  /** ms since the epoch; absent if nothing was written yet. */
  readonly writtenAt?: number;
}

export interface TallyBackupParts {
  readonly kv: SyncKvStorage;
  readonly tally: TrafficTally;
  /** Undefined: there is no backup. */
  readonly bucket: R2Bucket | undefined;
  readonly cluster: string;
  readonly region: string;
}

/** Where a region's tally is in the bucket. */
export function tallyKey(cluster: string, region: string): string {
  return `tallies/${encodeURIComponent(cluster)}/${encodeURIComponent(region)}.json`;
}

export class TallyBackup {
  readonly #parts: TallyBackupParts;
  readonly #key: string;
  #loading: Promise<void> | undefined;
  #saving: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(parts: TallyBackupParts) {
    this.#parts = parts;
    this.#key = tallyKey(parts.cluster, parts.region);
    // One that has counted before, as objects did before there were backups, knows better than the bucket.
    if (parts.bucket !== undefined && this.#record() === undefined)
      this.#store(parts.tally.isNew ? { isToLoad: true } : {});
  }

  /**
   * Adds what an earlier deployment counted, if this object has never done so and began with nothing. `now` in
   * milliseconds since the epoch.
   *
   * @throws Error if the bucket does not say what was counted: it is then unknown, not nothing
   */
  load(now: number): Promise<void> {
    const { bucket } = this.#parts;
    if (bucket === undefined || !this.#record()?.isToLoad) return Promise.resolve();
    this.#loading ??= this.#load(bucket, now).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Writes the tally if that is due. Never rejects: a failure is logged, and tried again later. */
  save(now: number): Promise<void> {
    const { bucket, tally } = this.#parts;
    const { writtenAt = Number.NEGATIVE_INFINITY } = this.#record() ?? {};
    const isDue = now >= this.#notBefore && now - writtenAt >= WRITE_EVERY_MS;
    if (bucket === undefined || !isDue || !tally.hasChangedSince(writtenAt)) return Promise.resolve();
    this.#saving ??= this.#save(bucket, now).finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #load(bucket: R2Bucket, now: number): Promise<void> {
    const doing = `reading ${this.#key}`;
    const object = await inTime(bucket.get(this.#key), doing, READ_TIMEOUT_MS);
    if (object !== null) {
      const text = await inTime(object.text(), doing, READ_TIMEOUT_MS);
      this.#parts.tally.addBackup(rowsOf(this.#key, text), now);
    }
    this.#store({});
  }

  async #save(bucket: R2Bucket, now: number): Promise<void> {
    const { tally, region } = this.#parts;
    try {
      // What is there already must not be overwritten by the few clients since.
      await this.load(now);
      const text = JSON.stringify({ format: 1, region, writtenAt: now, rows: tally.rows() });
      const httpMetadata = { contentType: 'application/json' };
      await inTime(bucket.put(this.#key, text, { httpMetadata }), `writing ${this.#key}`);
      this.#store({ writtenAt: now });
    } catch (error) {
      this.#notBefore = now + RETRY_AFTER_MS;
      console.warn(`region ${region}: the tally of traffic is not backed up: ${messageOf(error)}`);
    }
  }

  #record(): TallyRecord | undefined {
    return this.#parts.kv.get<TallyRecord>(RECORD_KEY);
  }

  #store(record: TallyRecord): void {
    this.#parts.kv.put(RECORD_KEY, record);
  }
}

/** @throws Error if the object of this key is not a tally */
function rowsOf(key: string, text: string): readonly unknown[] {
  let value: { readonly format?: unknown; readonly rows?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${key} in the bucket is not JSON: delete it, and counting starts anew`);
  }
  if (value?.format === 1 && Array.isArray(value.rows)) return value.rows;
  throw new Error(`${key} in the bucket is not a tally of format 1: delete it, and counting starts anew`);
}
