// What was forecast for the last edits, and where clients went afterwards. In the collector's SQLite: a row for each edit,
// with what had been counted when it was made and when the next one was.

import type { EditFact, Foreseen } from '../../api/forecast-facts.ts';
import { factOf, type Served } from './forecast-fact.ts';

/** Whoever compares wants the last ones; older ones are about other clients. */
const MOST_EDITS = 10;

interface Row extends Record<string, SqlStorageValue> {
  readonly version: number;
  readonly foreseen: string;
  readonly before: string;
  readonly until: number | null;
  readonly after: string | null;
}

export class ForecastBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS forecasts (version INTEGER PRIMARY KEY, foreseen TEXT NOT NULL, before TEXT NOT NULL, until INTEGER, after TEXT)',
    );
  }

  /** An edit was made. @param served what has been counted until now */
  add(foreseen: Foreseen, served: Served): void {
    const now = JSON.stringify(served);
    this.#sql.exec('UPDATE forecasts SET until = ?, after = ? WHERE until IS NULL', foreseen.at, now);
    this.#sql.exec(
      'INSERT OR REPLACE INTO forecasts (version, foreseen, before) VALUES (?, ?, ?)',
      foreseen.version,
      JSON.stringify(foreseen),
      now,
    );
    this.#sql.exec('DELETE FROM forecasts WHERE version <= ?', foreseen.version - MOST_EDITS);
  }

  /** Newest first. @param served what has been counted until now */
  facts(served: Served): readonly EditFact[] {
    const rows = this.#sql.exec<Row>('SELECT * FROM forecasts ORDER BY version DESC LIMIT ?', MOST_EDITS);
    return [...rows].map(({ foreseen, before, until, after }) =>
      factOf(JSON.parse(foreseen) as Foreseen, {
        before: JSON.parse(before) as Served,
        after: after === null ? served : (JSON.parse(after) as Served),
        until,
      }),
    );
  }
}
