// The audit log in the ConfigStore's SQLite: who did or tried what, when and from where. Changes and refused attempts are
// kept apart, each in a bounded number whose oldest are deleted first: nobody can fill the object with refused attempts,
// or push out what was changed. Entries are chained by hashes (api/audit-chain.ts), and so never change.

import { createHash } from 'node:crypto';
import { AUDIT_KINDS, type AuditEntry as WireEntry } from '../../api/audit.ts';
import { CHAIN_BEGIN, chainText, type Hashed } from '../../api/audit-chain.ts';

/** Of each kind. */
export const ENTRIES_KEPT = 10_000;

/** Longer texts are cut: some of them come from clients that were refused. */
const TEXT_CHARACTERS = 1_000;

/** Something that was done or refused. */
export interface AuditEvent {
  readonly actor: string;
  /** `put`, `rollback`, `drain`, ... */
  readonly action: string;
  /** `ok`, or the code of the error it was refused with. */
  readonly outcome: string;
  /** Versions of the configuration. */
  readonly from?: number;
  readonly to?: number;
  /** Where the request came from. */
  readonly address?: string;
  readonly detail?: string;
  /** How many attempts it stands for. Default: 1. */
  readonly attempts?: number;
}

export interface AuditEntry extends Omit<WireEntry, 'time'> {
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Entries of an earlier Meridian, in a backup, have no kind and no hashes. */
export type BackedUpEntry = Omit<AuditEntry, Chained> & Partial<Pick<AuditEntry, Chained>>;
type Chained = 'kind' | 'previous' | 'hash';

type Kind = AuditEntry['kind'];

/** What is done may have changed something, also if it broke. */
export function kindOf(outcome: string): Kind {
  return outcome === 'ok' || outcome === 'failed' ? 'change' : 'refused';
}

const NEW_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['attempts', 'INTEGER NOT NULL DEFAULT 1'],
  ['kind', 'TEXT'],
  // Its number among those of its kind, from 1.
  ['nth', 'INTEGER'],
  ['previous', 'TEXT'],
  ['hash', 'TEXT'],
]);

export class AuditTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      outcome TEXT NOT NULL, from_version INTEGER, to_version INTEGER, address TEXT, detail TEXT)`);
    // A table that was created by an earlier Meridian lacks these.
    const columns = new Set(
      sql
        .exec<{ name: string }>('PRAGMA table_info(audit)')
        .toArray()
        .map(({ name }) => name),
    );
    for (const [name, type] of NEW_COLUMNS)
      if (!columns.has(name)) sql.exec(`ALTER TABLE audit ADD COLUMN ${name} ${type}`);
    sql.exec('CREATE INDEX IF NOT EXISTS audit_kind ON audit (kind, nth)');
    if (!columns.has('hash')) this.#chainAll();
  }

  add(event: AuditEvent, time: number): void {
    const { from = null, to = null, attempts = 1 } = event;
    const kind = kindOf(event.outcome);
    const said = {
      ...{ time, actor: cut(event.actor), action: cut(event.action), outcome: cut(event.outcome) },
      ...{ from, to, address: cutOrNull(event.address), detail: cutOrNull(event.detail), attempts, kind },
    };
    const last = this.#last(kind);
    const nth = last.nth + 1;
    const query = `INSERT INTO audit
      (time, actor, action, outcome, from_version, to_version, address, detail, attempts, kind, nth, previous)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
    const { id } = this.#sql.exec<{ id: number }>(query, ...Object.values(said), nth, last.hash).one();
    // It covers the id, which is known only now. Both writes are stored together.
    this.#sql.exec('UPDATE audit SET hash = ? WHERE id = ?', hashOf(last.hash, { id, ...said }), id);
    this.#trim(kind, nth);
  }

  #last(kind: Kind): { nth: number; hash: string } {
    const query = 'SELECT nth, hash FROM audit WHERE kind = ? ORDER BY nth DESC LIMIT 1';
    return (
      this.#sql.exec<{ nth: number; hash: string }>(query, kind).toArray().at(0) ?? {
        nth: 0,
        hash: CHAIN_BEGIN,
      }
    );
  }

  #trim(kind: Kind, nth: number): void {
    this.#sql.exec('DELETE FROM audit WHERE kind = ? AND nth <= ?', kind, nth - ENTRIES_KEPT);
  }

  /** Entries with ids below `before`, newest first. */
  page(before: number, limit: number, kind?: Kind): readonly AuditEntry[] {
    return kind === undefined
      ? this.#entries('id < ? ORDER BY id DESC LIMIT ?', before, limit)
      : this.#entries('kind = ? AND id < ? ORDER BY nth DESC LIMIT ?', kind, before, limit);
  }

  /** The first entry with an id above `after`. */
  first(after: number): AuditEntry | undefined {
    return this.#entries('id > ? ORDER BY id LIMIT 1', after).at(0);
  }

  /** Entries with ids above `after`, oldest first, up to the first one that came at `until` (ms) or later. */
  after(after: number, until: number, limit: number): readonly AuditEntry[] {
    const where = `id > ? AND id < COALESCE((SELECT MIN(id) FROM audit WHERE id > ? AND time >= ?), ?)
      ORDER BY id LIMIT ?`;
    return this.#entries(where, after, after, until, Number.MAX_SAFE_INTEGER, limit);
  }

  countAfter(after: number): number {
    return this.#sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM audit WHERE id > ?', after).one().n;
  }

  /** Adds entries of another log before its own, whose ids become higher and whose hashes go on from there. */
  prepend(entries: readonly BackedUpEntry[]): void {
    if (entries.length === 0) return;
    const offset = Math.max(0, ...entries.map(({ id }) => id));
    // In two steps, since an id must be free at each moment.
    this.#sql.exec('UPDATE audit SET id = -(id + ?), hash = NULL', offset);
    this.#sql.exec('UPDATE audit SET id = -id WHERE id < 0');
    const query = `INSERT OR IGNORE INTO audit
      (id, time, actor, action, outcome, from_version, to_version, address, detail, attempts, previous, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    for (const entry of entries) {
      const { id, time, actor, action, outcome, from, to, address, detail, attempts } = entry;
      const { previous = null, hash = null } = entry;
      const values = [id, time, actor, action, outcome, from, to, address, detail, attempts, previous, hash];
      this.#sql.exec(query, ...values);
    }
    this.#chainAll();
  }

  /** Numbers all entries of each kind, and gives a hash to those that have none. Hashes that are there stay. */
  #chainAll(): void {
    const last = { change: { nth: 0, hash: CHAIN_BEGIN }, refused: { nth: 0, hash: CHAIN_BEGIN } };
    const query = 'UPDATE audit SET kind = ?, nth = ?, previous = ?, hash = ? WHERE id = ?';
    for (const entry of this.#entries('id > 0 ORDER BY id')) {
      const kind = kindOf(entry.outcome);
      const { nth, hash: before } = last[kind];
      const isChained = entry.hash !== null;
      const previous = isChained ? entry.previous : before;
      const hash = isChained ? entry.hash : hashOf(before, { ...entry, kind });
      this.#sql.exec(query, kind, nth + 1, previous, hash, entry.id);
      last[kind] = { nth: nth + 1, hash };
    }
    for (const kind of AUDIT_KINDS) this.#trim(kind, last[kind].nth);
  }

  #entries(where: string, ...bindings: (number | string)[]): readonly AuditEntry[] {
    const query = `SELECT id, time, actor, action, outcome, from_version AS "from", to_version AS "to", address, detail,
      attempts, kind, previous, hash FROM audit WHERE ${where}`;
    return this.#sql.exec<AuditEntry & Record<string, SqlStorageValue>>(query, ...bindings).toArray();
  }
}

type HashedRow = Omit<Hashed, 'time'> & Pick<AuditEntry, 'time'>;

function hashOf(previous: string, entry: HashedRow): string {
  const time = new Date(entry.time).toISOString();
  return createHash('sha256')
    .update(chainText(previous, { ...entry, time }))
    .digest('hex');
}

function cut(text: string): string {
  return text.slice(0, TEXT_CHARACTERS);
}

function cutOrNull(text: string | undefined): string | null {
  return text === undefined ? null : cut(text);
}
