// The audit log in the ConfigStore's SQLite: who did or tried what, when and from where. Bounded, so that nobody can
// fill the object with refused attempts; the oldest entries are deleted first. Attempts over the rate limit share one
// entry a minute, which counts them.

const ENTRIES_KEPT = 10_000;

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
  /** How many attempts it stands for. Absent: one, which gets an entry of its own. */
  readonly attempts?: number;
}

/** Events that count attempts share an entry within this time. */
export const MINUTE_MS = 60_000;

export interface AuditEntry {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly address: string | null;
  readonly detail: string | null;
  readonly attempts: number;
}

export class AuditTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      outcome TEXT NOT NULL, from_version INTEGER, to_version INTEGER, address TEXT, detail TEXT)`);
    // A table that was created by an earlier Meridian lacks this column.
    const columns = sql.exec<{ name: string }>('PRAGMA table_info(audit)').toArray();
    if (!columns.some(({ name }) => name === 'attempts'))
      sql.exec('ALTER TABLE audit ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1');
  }

  add(event: AuditEvent, time: number): void {
    if (event.attempts !== undefined && this.#addToMinute(event, event.attempts, time)) return;
    const { actor, action, outcome, from, to, address, detail, attempts = 1 } = event;
    const texts = [actor, action, outcome].map(cut);
    const rest = [from ?? null, to ?? null, cut(address), cut(detail), attempts];
    const query = `INSERT INTO audit
      (time, actor, action, outcome, from_version, to_version, address, detail, attempts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
    const { id } = this.#sql.exec<{ id: number }>(query, time, ...texts, ...rest).one();
    this.#sql.exec('DELETE FROM audit WHERE id <= ?', id - ENTRIES_KEPT);
  }

  /** Adds the attempts to this minute's entry. False if there is none yet. */
  #addToMinute({ outcome, address }: AuditEvent, attempts: number, time: number): boolean {
    const query = `UPDATE audit SET attempts = attempts + ? WHERE id =
      (SELECT id FROM audit WHERE outcome = ? AND address IS ? AND time >= ? ORDER BY id DESC LIMIT 1)`;
    const minute = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    return this.#sql.exec(query, attempts, cut(outcome), cut(address), minute).rowsWritten > 0;
  }

  /** Entries with ids below `before`, newest first. */
  page(before: number, limit: number): readonly AuditEntry[] {
    return this.#entries('id < ? ORDER BY id DESC LIMIT ?', before, limit);
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

  /** Adds entries of another log before its own, whose ids become higher. */
  prepend(entries: readonly AuditEntry[]): void {
    if (entries.length === 0) return;
    const offset = Math.max(0, ...entries.map(({ id }) => id));
    // In two steps, since an id must be free at each moment.
    this.#sql.exec('UPDATE audit SET id = -(id + ?)', offset);
    this.#sql.exec('UPDATE audit SET id = -id WHERE id < 0');
    const query = `INSERT OR IGNORE INTO audit
      (id, time, actor, action, outcome, from_version, to_version, address, detail, attempts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    for (const { id, time, actor, action, outcome, from, to, address, detail, attempts } of entries) {
      this.#sql.exec(query, id, time, actor, action, outcome, from, to, address, detail, attempts);
    }
    this.#sql.exec('DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?', ENTRIES_KEPT);
  }

  #entries(where: string, ...bindings: number[]): readonly AuditEntry[] {
    const query = `SELECT id, time, actor, action, outcome, from_version AS "from", to_version AS "to", address, detail, attempts
      FROM audit WHERE ${where}`;
    return this.#sql.exec<AuditEntry & Record<string, SqlStorageValue>>(query, ...bindings).toArray();
  }
}

function cut(text: string | undefined): string | null {
  return text?.slice(0, TEXT_CHARACTERS) ?? null;
}
