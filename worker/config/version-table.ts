// The table of versions in the ConfigStore's SQLite. Numbers have no gaps; the last 100 are kept.

import type { MeridianConfig } from '../../regions/config.ts';

export const VERSIONS_KEPT = 100;

/** A version without its configuration. */
export interface VersionSummary {
  readonly version: number;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly message: string;
  /** How many fields it changed. */
  readonly changes: number;
}

export interface StoredVersion extends VersionSummary {
  readonly config: MeridianConfig;
}

type SummaryRow = {
  version: number;
  author: string;
  time: number;
  message: string;
  changes: number;
};
type Row = SummaryRow & { config: string };

export class VersionTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS versions (
      version INTEGER PRIMARY KEY, author TEXT NOT NULL, time INTEGER NOT NULL, message TEXT NOT NULL,
      changes INTEGER NOT NULL, config TEXT NOT NULL)`);
  }

  newest(): StoredVersion | undefined {
    return this.#one('SELECT * FROM versions ORDER BY version DESC LIMIT 1');
  }

  get(version: number): StoredVersion | undefined {
    return this.#one('SELECT * FROM versions WHERE version = ?', version);
  }

  /** The first version after this one. */
  next(version: number): StoredVersion | undefined {
    return this.#one('SELECT * FROM versions WHERE version > ? ORDER BY version LIMIT 1', version);
  }

  countAfter(version: number): number {
    const query = 'SELECT COUNT(*) AS n FROM versions WHERE version > ?';
    return this.#sql.exec<{ n: number }>(query, version).one().n;
  }

  add({ version, author, time, message, changes, config }: StoredVersion): void {
    const columns = [version, author, time, message, changes, JSON.stringify(config)];
    this.#sql.exec(
      'INSERT INTO versions (version, author, time, message, changes, config) VALUES (?, ?, ?, ?, ?, ?)',
      ...columns,
    );
    this.#sql.exec('DELETE FROM versions WHERE version <= ?', version - VERSIONS_KEPT);
  }

  /** Versions below `before`, newest first. */
  page(before: number, limit: number): readonly VersionSummary[] {
    const query = `SELECT version, author, time, message, changes FROM versions
      WHERE version < ? ORDER BY version DESC LIMIT ?`;
    return this.#sql.exec<SummaryRow>(query, before, limit).toArray();
  }

  #one(query: string, ...bindings: number[]): StoredVersion | undefined {
    const [row] = this.#sql.exec<Row>(query, ...bindings);
    // Only valid configurations are added, but maybe by an older Meridian: readers validate what they use.
    return row && { ...row, config: JSON.parse(row.config) as MeridianConfig };
  }
}
