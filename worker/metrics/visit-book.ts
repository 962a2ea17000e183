// The collector's counts of visits: in all, and by hour and place for a day. In memory, and written with the next point
// of the history: if the object ends without warning, what came in the last ten seconds is lost.

import { messageOf } from '../message-of.ts';
import type { Visits } from './snapshot.ts';
import { type Path, type VisitBatch, type VisitCount, type VisitField, VisitTally } from './visits.ts';

const HOUR_MS = 60 * 60 * 1_000;
const HOURS = 24;

/** Of each, how many combinations are told apart. An hour of so many is 260 kB. */
const MOST_TOTALS = 500;
const MOST_PLACES = 1_000;
const MOST_OF_HOUR = 1_000;

/** Those that are given up first, when there are too many combinations, are last. */
const TOTAL_FIELDS: readonly VisitField[] = ['region', 'refusal', 'cause', 'wanted', 'flags'];
const PLACE_FIELDS: readonly VisitField[] = ['region', 'country'];
const HOUR_FIELDS: readonly VisitField[] = ['region', 'refusal', 'wanted', 'country', 'colo'];

/** A round trip that nobody has measured again for this long is forgotten. */
const PATH_VALID_MS = HOUR_MS;
const MOST_PATHS = 600;

/** An hour of the last day. */
export interface VisitedHour {
  /** When it began, ms since the epoch. */
  readonly from: number;
  readonly visits: readonly VisitCount[];
}

export class VisitBook {
  readonly #sql: SqlStorage;
  readonly #totals: VisitTally;
  readonly #places: VisitTally;
  readonly #hours = new Map<number, VisitTally>();
  readonly #paths = new Map<string, Path & { readonly at: number }>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS visits (name TEXT PRIMARY KEY, at INTEGER NOT NULL, counts TEXT NOT NULL)',
    );
    const saved = new Map(this.#read().map((row) => [row.name, row]));
    this.#totals = new VisitTally(TOTAL_FIELDS, MOST_TOTALS, saved.get('totals')?.counts);
    this.#places = new VisitTally(PLACE_FIELDS, MOST_PLACES, saved.get('places')?.counts);
    for (const { name, at, counts } of saved.values()) {
      if (name.startsWith('hour ')) this.#hours.set(at, newHour(counts));
    }
  }

  add({ visits, paths }: VisitBatch, now: number): void {
    const from = Math.floor(now / HOUR_MS) * HOUR_MS;
    const hour = this.#hours.get(from) ?? newHour();
    if (visits.length > 0) this.#hours.set(from, hour);
    for (const visit of visits) {
      this.#totals.add(visit);
      hour.add(visit);
      if (visit.region !== '') this.#places.add(visit);
    }
    for (const path of paths) {
      const key = `${path.colo} ${path.region}`;
      this.#paths.delete(key);
      this.#paths.set(key, { ...path, at: now });
    }
    this.#forget(now);
  }

  visits(now: number): Visits {
    this.#forget(now);
    const paths = [...this.#paths.values()].map(({ colo, region, seconds }) => ({ colo, region, seconds }));
    return { totals: this.#totals.rows, places: this.#places.rows, paths };
  }

  /** Oldest first. Hours in which nobody came are absent. */
  hours(now: number): readonly VisitedHour[] {
    this.#forget(now);
    return [...this.#hours]
      .map(([from, tally]) => ({ from, visits: tally.rows }))
      .sort((a, b) => a.from - b.from);
  }

  /** Writes what is new since the last time. */
  flush(now: number): void {
    this.#write('totals', now, this.#totals);
    this.#write('places', now, this.#places);
    for (const [from, tally] of this.#hours) this.#write(hourName(from), from, tally);
  }

  #write(name: string, at: number, tally: VisitTally): void {
    if (!tally.takeChanged()) return;
    this.#sql.exec(
      'INSERT OR REPLACE INTO visits (name, at, counts) VALUES (?, ?, ?)',
      name,
      at,
      JSON.stringify(tally.rows),
    );
  }

  /** An hour's row is overwritten by that of the day after. */
  #forget(now: number): void {
    const first = Math.floor(now / HOUR_MS) * HOUR_MS - (HOURS - 1) * HOUR_MS;
    // Those that begin later are of a clock that was ahead; one that is an hour ahead or behind loses nothing.
    for (const from of this.#hours.keys()) {
      if (from < first || from > now + HOUR_MS) this.#hours.delete(from);
    }
    for (const [key, { at }] of this.#paths) {
      if (now - at > PATH_VALID_MS || this.#paths.size > MOST_PATHS) this.#paths.delete(key);
    }
  }

  #read() {
    const rows = this.#sql
      .exec<{ name: string; at: number; counts: string }>('SELECT name, at, counts FROM visits')
      .toArray();
    return rows.map(({ name, at, counts }) => ({ name, at, counts: countsIn(name, counts) }));
  }
}

function newHour(counts: readonly VisitCount[] = []): VisitTally {
  return new VisitTally(HOUR_FIELDS, MOST_OF_HOUR, counts);
}

function hourName(from: number): string {
  return `hour ${new Date(from).getUTCHours()}`;
}

function countsIn(name: string, text: string): readonly VisitCount[] {
  try {
    return JSON.parse(text) as readonly VisitCount[];
  } catch (error) {
    console.warn(`visits: ${name} is not readable and starts anew: ${messageOf(error)}`);
    return [];
  }
}
