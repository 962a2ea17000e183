// Writes versions and the audit log to the bucket of backups, behind the edits: nothing waits for the bucket, and
// nothing fails with it. What is not written yet stays in the object's SQLite, and its alarm writes it: a version at
// once, entries of the audit log once the minute in which they came is over, so that many share an object.

import { backoffMs } from '../backoff.ts';
import { messageOf } from '../message-of.ts';
import type { AlarmTimes } from './alarm-times.ts';
import type { AuditTable } from './audit-table.ts';
import { auditKey, auditText, newStoreName, versionKey, versionText } from './backup-format.ts';
import { pruneBackup } from './backup-pruning.ts';
import { storesOf } from './backup-reading.ts';
import { inTime } from './bucket-call.ts';
import { VERSIONS_KEPT, type VersionTable } from './version-table.ts';

/** The key of the record in the object's storage. */
const RECORD_KEY = 'backup';

/** When the alarm checks a write that has begun: the object may be reset in the middle. */
const LOOK_AGAIN_MS = 60_000;

/** Each attempt costs a write, so a bucket that is down for long is asked rarely; the next edit asks it at once. */
const RETRY_MAX_MS = 5 * 60_000;

/** Entries in one object: 2 MB at the very most. */
const ENTRIES_PER_OBJECT = 500;

/** What is in the bucket, as the object remembers it. */
interface BackupRecord {
  readonly cluster: string;
  /** The name under which this store writes. */
  readonly store: string;
  /** The last version and the last entry that were written. */
  readonly versions: number;
  readonly audit: number;
  /** The store that this one was restored from. */
  readonly restoredFrom?: string;
  /** How many were deleted here, as too old, before the bucket took them. */
  readonly missedVersions: number;
  readonly missedEntries: number;
  /** ms since the epoch. */
  readonly writtenAt?: number;
  /** When it was last looked whether something is too old, ms since the epoch. */
  readonly prunedAt?: number;
  readonly failing?: { readonly since: number; readonly failures: number; readonly problem: string };
}

/** How the backup of the configuration stands. Times in ms since the epoch. */
export interface BackupProgress {
  /** The name under which this store writes; undefined before its first write. */
  readonly store?: string;
  /** The store that this one was restored from, if it was. */
  readonly restoredFrom?: string;
  readonly versionsBehind: number;
  readonly entriesBehind: number;
  /** Since when the oldest of them waits. */
  readonly behindSince?: number;
  readonly missedVersions: number;
  readonly missedEntries: number;
  readonly writtenAt?: number;
  readonly failing?: { readonly since: number; readonly problem: string };
}

export interface ConfigBackupParts {
  readonly storage: DurableObjectStorage;
  readonly alarms: AlarmTimes;
  readonly versions: VersionTable;
  readonly audit: AuditTable;
  /** Undefined: there is no backup. */
  readonly bucket: () => R2Bucket | undefined;
  /** Of the deployment. */
  readonly cluster: () => string;
  readonly keepDays: () => number;
}

export class ConfigBackup {
  readonly #parts: ConfigBackupParts;
  #running: Promise<void> | undefined;

  constructor(parts: ConfigBackupParts) {
    this.#parts = parts;
  }

  /** The object is there again: goes on with what an earlier one left, or what was stored before there was a bucket. */
  async resume(now: number): Promise<void> {
    const { bucket, alarms } = this.#parts;
    if (bucket() === undefined || alarms.get('backup') !== undefined) return;
    const { versionsBehind, entriesBehind } = this.progress();
    if (versionsBehind > 0) await alarms.set('backup', now);
    else if (entriesBehind > 0) await alarms.set('backup', endOfMinute(now));
  }

  /** A version was stored. Call it in the same turn, so that the alarm is stored with it. */
  async versionStored(now: number): Promise<void> {
    if (this.#parts.bucket() !== undefined) await this.#parts.alarms.sooner('backup', now);
  }

  /** An entry of the audit log was stored. */
  async entryStored(now: number): Promise<void> {
    if (this.#parts.bucket() !== undefined) await this.#parts.alarms.sooner('backup', endOfMinute(now));
  }

  /** Writes all that is to be written. Never rejects: after a failure the alarm is set for the next attempt. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** The store was restored: from now on it is another one, and what it holds now is written under its new name. */
  startAnew(restoredFrom: string, now: number): void {
    this.#begin(this.#parts.cluster(), now, restoredFrom);
  }

  progress(): BackupProgress {
    const { versions, audit } = this.#parts;
    const record = this.#record();
    const version = versions.next(record?.versions ?? 0);
    const entry = audit.first(record?.audit ?? 0);
    const since = [version?.time, entry?.time].filter((time) => time !== undefined);
    const { failing, writtenAt, store, restoredFrom } = record ?? {};
    return {
      ...(store !== undefined && { store }),
      ...(restoredFrom !== undefined && { restoredFrom }),
      versionsBehind: versions.countAfter(record?.versions ?? 0),
      entriesBehind: audit.countAfter(record?.audit ?? 0),
      ...(since.length > 0 && { behindSince: Math.min(...since) }),
      missedVersions: record?.missedVersions ?? 0,
      missedEntries: record?.missedEntries ?? 0,
      ...(writtenAt !== undefined && { writtenAt }),
      ...(failing !== undefined && { failing: { since: failing.since, problem: failing.problem } }),
    };
  }

  async #run(): Promise<void> {
    const { bucket: bucketOf, alarms, cluster: clusterOf } = this.#parts;
    const bucket = bucketOf();
    if (bucket === undefined) return;
    try {
      const cluster = clusterOf();
      if (this.#record()?.cluster !== cluster) this.#begin(cluster, Date.now());
      const { writtenAt, restoredFrom, store } = this.#record() ?? {};
      if (writtenAt === undefined && restoredFrom === undefined) await warnOfOthers(bucket, cluster, store);
      let isNew = false;
      while (await this.#writeNext(bucket)) isNew = true;
      if (isNew) await this.#prune(bucket);
    } catch (error) {
      const { attempt } = this.#failed(messageOf(error));
      await alarms.set('backup', Date.now() + backoffMs(attempt, RETRY_MAX_MS, Math.random()));
    }
  }

  /** False when there is nothing to write now: the alarm is then set for what is to be written later, if anything is. */
  async #writeNext(bucket: R2Bucket): Promise<boolean> {
    const { alarms, versions, audit } = this.#parts;
    const now = Date.now();
    const record = this.#record();
    if (record === undefined) throw new Error('the backup of the configuration has not begun');
    const { cluster, store } = record;
    const version = versions.next(record.versions);
    if (version !== undefined) {
      await alarms.set('backup', now + LOOK_AGAIN_MS);
      await put(bucket, versionKey(cluster, store, version.version), versionText(version));
      this.#wrote(record, {
        versions: version.version,
        missedVersions: record.missedVersions + version.version - record.versions - 1,
      });
      return true;
    }
    const entries = audit.after(record.audit, startOfMinute(now), ENTRIES_PER_OBJECT);
    const [first, last] = [entries.at(0)?.id, entries.at(-1)?.id];
    if (first !== undefined && last !== undefined) {
      await alarms.set('backup', now + LOOK_AGAIN_MS);
      const range = [first, last] as const;
      // Read for themselves at a restore: refused attempts, however many, push out no change there either.
      const changes = entries.filter(({ kind }) => kind === 'change');
      if (changes.length > 0)
        await put(bucket, auditKey(cluster, store, 'changes', range), auditText(changes));
      await put(bucket, auditKey(cluster, store, 'audit', range), auditText(entries));
      this.#wrote(record, {
        audit: last,
        missedEntries: record.missedEntries + first - record.audit - 1,
      });
      return true;
    }
    if (audit.first(record.audit) === undefined) await alarms.clear('backup');
    else await alarms.set('backup', endOfMinute(now));
    return false;
  }

  /** Once a day at most, and only if something was written: a deployment that nobody edits costs nothing. Never rejects. */
  async #prune(bucket: R2Bucket): Promise<void> {
    const record = this.#record();
    const now = Date.now();
    if (record === undefined || now - (record.prunedAt ?? 0) < DAY_MS) return;
    this.#store({ ...record, prunedAt: now });
    const { cluster, store } = record;
    try {
      const kept = { versions: VERSIONS_KEPT, keepDays: this.#parts.keepDays(), now };
      const deleted = await pruneBackup(bucket, cluster, store, kept);
      if (deleted > 0) console.warn(`${deleted} old objects of the configuration's backup were removed`);
    } catch (error) {
      console.warn(`old objects of the configuration's backup are not removed yet: ${messageOf(error)}`);
    }
  }

  /** Notes what was written, unless the store has become another one while the bucket wrote. */
  #wrote({ store }: BackupRecord, written: Partial<BackupRecord>): void {
    const record = this.#record();
    if (record?.store !== store) return;
    const { failing: _over, ...rest } = record;
    this.#store({ ...rest, ...written, writtenAt: Date.now() });
  }

  #failed(problem: string): { readonly attempt: number } {
    console.error(`the configuration could not be backed up, retrying: ${problem}`);
    const record = this.#record();
    const { since = Date.now(), failures = 0 } = record?.failing ?? {};
    const failing = { since, failures: failures + 1, problem };
    if (record !== undefined) this.#store({ ...record, failing });
    return { attempt: failing.failures };
  }

  /** What is older than anything that is kept here was never this store's to write. */
  #begin(cluster: string, now: number, restoredFrom?: string): void {
    const { versions, audit } = this.#parts;
    this.#store({
      cluster,
      store: newStoreName(now, crypto.randomUUID()),
      versions: (versions.next(0)?.version ?? 1) - 1,
      audit: (audit.first(0)?.id ?? 1) - 1,
      missedVersions: 0,
      missedEntries: 0,
      ...(restoredFrom !== undefined && { restoredFrom }),
    });
  }

  #record(): BackupRecord | undefined {
    return this.#parts.storage.kv.get<BackupRecord>(RECORD_KEY);
  }

  #store(record: BackupRecord): void {
    this.#parts.storage.kv.put(RECORD_KEY, record);
  }
}

/** @param own the name of this store */
async function warnOfOthers(bucket: R2Bucket, cluster: string, own: string | undefined): Promise<void> {
  const others = (await storesOf(bucket, cluster)).filter((name) => name !== own);
  if (others.length === 0) return;
  console.warn(
    `the bucket has the configuration of earlier deployments of ${cluster} (${others.join(', ')}), and nothing of it was used: "regions backup restore-config" takes it`,
  );
}

/** Writes an object that never changes. One that is there already is what an attempt wrote whose end was not seen. */
async function put(bucket: R2Bucket, key: string, text: string): Promise<void> {
  const onlyIf = new Headers({ 'if-none-match': '*' });
  const httpMetadata = { contentType: 'application/json' };
  const written = await inTime(bucket.put(key, text, { onlyIf, httpMetadata }), `writing ${key}`);
  if (written !== null) return;
  const found = await inTime(bucket.get(key), `reading ${key}`);
  if (found === null)
    throw new Error(`${key} was there, and is gone: is something deleting from the bucket?`);
  if ((await inTime(found.text(), `reading ${key}`)) !== text)
    throw new Error(`${key} is in the bucket with other content: something else writes there`);
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

function startOfMinute(now: number): number {
  return Math.floor(now / MINUTE_MS) * MINUTE_MS;
}

function endOfMinute(now: number): number {
  return startOfMinute(now) + MINUTE_MS;
}
