// The audit log in the ConfigStore's SQLite: who did or tried what, when and from where. Bounded, so that nobody
// can fill the object with refused attempts; the oldest entries go first.

const ENTRIES_KEPT = 10_000;

/** Longer texts are cut: some of them come from whoever was refused. */
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
}

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
}

export class AuditTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
      outcome TEXT NOT NULL, from_version INTEGER, to_version INTEGER, address TEXT, detail TEXT)`);
  }

  add({ actor, action, outcome, from, to, address, detail }: AuditEvent, time: number): void {
    const texts = [actor, action, outcome].map(cut);
    const rest = [from ?? null, to ?? null, cut(address), cut(detail)];
    const query = `INSERT INTO audit (time, actor, action, outcome, from_version, to_version, address, detail)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
    const { id } = this.#sql.exec<{ id: number }>(query, time, ...texts, ...rest).one();
    this.#sql.exec('DELETE FROM audit WHERE id <= ?', id - ENTRIES_KEPT);
  }

  /** Newest first, below `before`. */
  page(before: number, limit: number): readonly AuditEntry[] {
    const query = `SELECT id, time, actor, action, outcome, from_version AS "from", to_version AS "to", address, detail
      FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`;
    return this.#sql.exec<AuditEntry & Record<string, SqlStorageValue>>(query, before, limit).toArray();
  }
}

function cut(text: string | undefined): string | null {
  return text?.slice(0, TEXT_CHARACTERS) ?? null;
}
