// The backups of streams that were deleted: they are kept for `keepDays`, and then removed. A stream that nobody saw being
// deleted, since it was lost, say, or was there before the Keeper was, keeps its backup.

import { messageOf } from '../message-of.ts';
import { keptIn } from './admission/deleted.ts';
import type { AdmissionRecord, KnownStream } from './admission/record.ts';
import type { BackupBucket } from './bucket/backup-bucket.ts';
import { removeAtOnce, removeBackup } from './bucket/remove.ts';
import type { Removal } from './keeper-stub.ts';

/** A stream that was deleted, and whose backup may still be there. */
export interface DeletedStream {
  readonly account: string;
  readonly stream: string;
  /** When that was found, ms since the epoch. */
  readonly at: number;
}

export interface DeletedBackupsHost {
  /** Undefined: there is none, or nothing is backed up. */
  bucket(): BackupBucket | undefined;
  cluster(): string;
  keepDays(): number;
  /** Asks the servers whether a stream is gone. @throws Error if that can't be found out */
  isGone(stream: DeletedStream): Promise<boolean>;
  /** The backup is gone. */
  removed(stream: Pick<DeletedStream, 'account' | 'stream'>): void;
}

/** What is due is looked for this often. */
const LOOK_MS = 3_600_000;
/** While the servers do not say that a stream is gone, or R2 fails, they are asked again this often: they may be starting. */
const AGAIN_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

export class DeletedBackups {
  readonly #host: DeletedBackupsHost;
  readonly #sql: SqlStorage;
  /** By account and stream, as in the table. */
  readonly #deleted: Map<string, DeletedStream>;
  #nextAt = 0;
  #isRemoving = false;

  constructor(host: DeletedBackupsHost, sql: SqlStorage) {
    this.#host = host;
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS deleted (account TEXT, stream TEXT, at INTEGER NOT NULL, PRIMARY KEY (account, stream))',
    );
    const rows = sql.exec<{ account: string; stream: string; at: number }>('SELECT * FROM deleted');
    this.#deleted = new Map([...rows].map((row) => [keyOf(row), row]));
  }

  /** The servers were looked at. @param deleted streams that were deleted since the look before */
  looked(deleted: readonly KnownStream[], record: AdmissionRecord, now: number): void {
    for (const { account, stream } of deleted) {
      this.#note({ account, stream }, now);
      console.warn(`JetStream: stream ${stream} of ${account} was deleted`);
    }
    if (this.#deleted.size === 0) return;
    for (const stream of keptIn(record)) if (this.#deleted.has(keyOf(stream))) this.#forget(stream);
  }

  list(): readonly DeletedStream[] {
    return [...this.#deleted.values()];
  }

  /** Removes what is due. Called regularly; never rejects. @param now ms since the epoch */
  async tick(now: number): Promise<void> {
    const bucket = this.#host.bucket();
    if (bucket === undefined || this.#isRemoving || now < this.#nextAt) return;
    this.#nextAt = now + LOOK_MS;
    this.#isRemoving = true;
    try {
      const due = this.list().filter(({ at }) => at + this.#host.keepDays() * DAY_MS < now);
      for (const each of due) {
        if (!(await this.#remove(bucket, each, now))) this.#nextAt = now + AGAIN_MS;
      }
    } finally {
      this.#isRemoving = false;
    }
  }

  /**
   * Removes a backup since somebody asks for it, whenever its stream was deleted. Its stream stays on the list: what a server
   * that is cut off still writes goes later.
   *
   * @param whyNot why it must not be removed, asked right before
   * @throws BackupError if R2 fails
   */
  async removeNow(
    bucket: BackupBucket,
    stream: Pick<DeletedStream, 'account' | 'stream'>,
    whyNot: () => Promise<string | undefined>,
  ): Promise<Removal> {
    const now = Date.now();
    const { account } = stream;
    const name = { cluster: this.#host.cluster(), account, stream: stream.stream };
    const removed = await removeAtOnce(bucket, name, { whyNot, now });
    if (removed === 'none') return { ok: false, problem: 'none', message: 'there is nothing in the bucket' };
    if (removed === 'in use') return { ok: false, problem: 'kept', message: 'it has just begun anew' };
    if ('refused' in removed) return { ok: false, problem: 'kept', message: removed.refused };
    if (!this.#deleted.has(keyOf(stream))) this.#note(stream, now);
    this.#host.removed(stream);
    console.warn(`JetStream: the backup of ${stream.stream} of ${account} was removed by hand`);
    return { ok: true, ...removed };
  }

  #note({ account, stream }: Pick<DeletedStream, 'account' | 'stream'>, at: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO deleted VALUES (?, ?, ?)', account, stream, at);
    this.#deleted.set(keyOf({ account, stream }), { account, stream, at });
  }

  /** False if it is to be tried again soon. */
  async #remove(bucket: BackupBucket, deleted: DeletedStream, now: number): Promise<boolean> {
    const { account, stream, at } = deleted;
    const what = `the backup of ${stream} of ${account}, deleted ${new Date(at).toISOString()},`;
    try {
      if (!(await this.#host.isGone(deleted))) return false;
      if (!this.#deleted.has(keyOf(deleted))) return true;
      const name = { cluster: this.#host.cluster(), account, stream };
      const removed = await removeBackup(bucket, name, { deletedAt: at, now });
      if (removed === 'begun') return true;
      this.#forget(deleted);
      if (removed === 'in use') return true;
      this.#host.removed(deleted);
      console.warn(`JetStream: ${what} was removed`);
      return true;
    } catch (error) {
      console.error(`JetStream: ${what} is not removed yet: ${messageOf(error)}`);
      return false;
    }
  }

  #forget({ account, stream }: Pick<DeletedStream, 'account' | 'stream'>): void {
    this.#sql.exec('DELETE FROM deleted WHERE account = ? AND stream = ?', account, stream);
    this.#deleted.delete(keyOf({ account, stream }));
  }
}

function keyOf({ account, stream }: Pick<DeletedStream, 'account' | 'stream'>): string {
  return JSON.stringify([account, stream]);
}
