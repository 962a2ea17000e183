// The last 24 hours, one row for each ten seconds, in the collector's SQLite. A row's key is the time of day, so a day
// overwrites the one before: it cannot grow, an alarm that fires twice writes the same row, and one that fires late
// leaves a gap. A row has the same size whatever the figures are.

import { FIELDS, type Point, type RegionFigures } from './history.ts';

export const SLOT_MS = 10_000;
export const DAY_MS = 24 * 60 * 60 * 1_000;
/** 8,640. */
export const SLOTS = DAY_MS / SLOT_MS;

/** Of a row: the regions' ids, and their figures one region after the other. */
type Row = { readonly at: number; readonly regions: string; readonly figures: ArrayBuffer };

export class Ring {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS history (slot INTEGER PRIMARY KEY, at INTEGER NOT NULL, regions TEXT NOT NULL, figures BLOB NOT NULL)',
    );
  }

  /** Replaces what was there of the same ten seconds, or of the day before. */
  put({ at, regions }: Point): void {
    const numbers = Object.values(regions).flatMap((figures) =>
      FIELDS.map((_, index) => figures?.[index] ?? Number.NaN),
    );
    this.#sql.exec(
      'INSERT OR REPLACE INTO history (slot, at, regions, figures) VALUES (?, ?, ?, ?)',
      Math.floor(at / SLOT_MS) % SLOTS,
      at,
      Object.keys(regions).join(),
      Float64Array.from(numbers).buffer,
    );
  }

  /**
   * Oldest first.
   *
   * @param since ms since the epoch; never older than a day before `now`
   * @param step only each so many slots: 1 gives every one
   */
  points(since: number, now: number, step: number): readonly Point[] {
    return this.#sql
      .exec<Row>(
        'SELECT at, regions, figures FROM history WHERE at >= ? AND at <= ? AND slot % ? = 0 ORDER BY at',
        Math.max(since, now - DAY_MS + 1),
        now,
        step,
      )
      .toArray()
      .map(pointIn);
  }
}

function pointIn({ at, regions, figures }: Row): Point {
  const numbers = new Float64Array(figures);
  const ids = regions === '' ? [] : regions.split(',');
  // One that an earlier deployment wrote may have fewer.
  const width = ids.length === 0 ? 0 : numbers.length / ids.length;
  const ofRegion = (index: number): RegionFigures => {
    const own = numbers.subarray(index * width, (index + 1) * width);
    if (own.every(Number.isNaN)) return null;
    return FIELDS.map((_, field) => {
      const value = own[field] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    });
  };
  return { at, regions: Object.fromEntries(ids.map((id, index) => [id, ofRegion(index)])) };
}
