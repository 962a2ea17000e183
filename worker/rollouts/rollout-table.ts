// The table of rollouts: one row for each, the last 50 are kept.

import type { RolloutRecord } from './rollout-record.ts';

const KEPT = 50;

type Row = { id: number; record: string };

export class RolloutTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS rollouts (id INTEGER PRIMARY KEY, record TEXT NOT NULL)');
  }

  get(id: number): RolloutRecord | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM rollouts WHERE id = ?', id);
    return row && recordIn(row);
  }

  /** Newest first. */
  all(): readonly RolloutRecord[] {
    return this.#sql.exec<Row>('SELECT * FROM rollouts ORDER BY id DESC').toArray().map(recordIn);
  }

  newest(): RolloutRecord | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM rollouts ORDER BY id DESC LIMIT 1');
    return row && recordIn(row);
  }

  put(record: RolloutRecord): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO rollouts (id, record) VALUES (?, ?)',
      record.id,
      JSON.stringify(record),
    );
    this.#sql.exec('DELETE FROM rollouts WHERE id <= ?', record.id - KEPT);
  }
}

function recordIn({ record }: Row): RolloutRecord {
  return JSON.parse(record) as RolloutRecord;
}
