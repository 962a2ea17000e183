// Where a region's clients come from, for forecasts to replay. Kept by the region's object, also across restarts, and
// bounded: the places with the fewest clients are merged into their country. It holds no addresses, and but for the last
// few clients no place more exact than a degree.
//
// Counts fade: a client counts half after a day, a quarter after two. Connections only touch memory; what is new is
// written, all in one row, when the object says so (flush) or after NOTES_PER_WRITE clients. If the object ends
// without warning, what came in since is lost.

import { placeKey, type TrafficPlace, type TrafficSample } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';

/** The data centers and countries of one region's clients fit in this; stored as one row it is about 30 kB. */
const MAX_ROWS = 500;

/** A pattern of the last day or two shows, last month's does not. */
const HALF_LIFE_MS = 24 * 60 * 60 * 1000;

/** A row that has faded below this represents no client: four days after a single one. */
const LEAST_CLIENTS = 0.05;

/** At most this many clients are lost if the object ends without warning. */
const NOTES_PER_WRITE = 500;

/** So many clients are kept as they came, and counted at once: none of them waits for it. A divisor of NOTES_PER_WRITE. */
const COUNTED_AT_ONCE = 50;

/** `request.cf`, or any part of it; what cannot be used is left out. */
export interface ClientPlace {
  readonly colo?: unknown;
  readonly country?: unknown;
  readonly continent?: unknown;
  readonly isEUCountry?: unknown;
  readonly latitude?: unknown;
  readonly longitude?: unknown;
}

interface Row {
  readonly place: TrafficPlace;
  /** As of `at`. */
  clients: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** Nobody has come from here since this was taken from the backup. */
  fromBackup?: true;
}

export class TrafficTally {
  /** Whether it began with nothing counted. */
  readonly isNew: boolean;
  readonly #sql: SqlStorage;
  readonly #rows: Map<string, Row>;
  #uncounted: { readonly cf: () => ClientPlace; readonly at: number }[] = [];
  #unwritten = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS traffic_tally (id INTEGER PRIMARY KEY CHECK (id = 1), rows TEXT NOT NULL)',
    );
    this.#rows = new Map(this.#read().map((row) => [placeKey(row.place), row]));
    this.isNew = this.#rows.size === 0;
  }

  /** Counts a client that connects. @param cf is asked for later @param now milliseconds since the epoch */
  note(cf: () => ClientPlace, now: number): void {
    this.#uncounted.push({ cf, at: now });
    if (this.#uncounted.length < COUNTED_AT_ONCE) return;
    this.#count();
    if (this.#unwritten >= NOTES_PER_WRITE) this.flush();
  }

  /** Adds what an earlier tally counted, as `rows` gave it; what is no row is left out. */
  addBackup(rows: readonly unknown[], now: number): void {
    this.#count();
    for (const row of rows.filter(isRow)) {
      const clients = fadedClients(row, now);
      if (clients < LEAST_CLIENTS) continue;
      const isCounted = this.#rows.has(placeKey(row.place));
      const added = this.#add(row.place, clients, now);
      if (!isCounted) added.fromBackup = true;
      if (this.#rows.size > MAX_ROWS) this.#makeRoom(added, now);
      this.#unwritten += 1;
    }
    this.flush();
  }

  /** What was counted, for a backup. */
  rows(): readonly unknown[] {
    this.#count();
    return [...this.#rows.values()];
  }

  /** Whether a client has come after this time, in milliseconds since the epoch. */
  hasChangedSince(time: number): boolean {
    this.#count();
    return [...this.#rows.values()].some(({ at }) => at > time);
  }

  /** All places with the current counts of their clients, highest first. */
  samples(now: number): TrafficSample[] {
    this.#count();
    return [...this.#rows.values()]
      .map((row) => ({
        ...row.place,
        clients: fadedClients(row, now),
        ...(row.fromBackup && { fromBackup: row.fromBackup }),
      }))
      .filter(({ clients }) => clients >= LEAST_CLIENTS)
      .sort((a, b) => b.clients - a.clients);
  }

  /** Writes what is new since the last time, if anything is. */
  flush(): void {
    this.#count();
    if (this.#unwritten === 0) return;
    this.#sql.exec(
      'INSERT OR REPLACE INTO traffic_tally (id, rows) VALUES (1, ?)',
      JSON.stringify([...this.#rows.values()]),
    );
    this.#unwritten = 0;
  }

  #count(): void {
    for (const { cf, at } of this.#uncounted) {
      const noted = this.#add(placeOf(cf()), 1, at);
      delete noted.fromBackup;
      if (this.#rows.size > MAX_ROWS) this.#makeRoom(noted, at);
    }
    this.#unwritten += this.#uncounted.length;
    this.#uncounted = [];
  }

  #read(): readonly Row[] {
    const [saved] = this.#sql.exec<{ rows: string }>('SELECT rows FROM traffic_tally').toArray();
    if (saved === undefined) return [];
    try {
      const rows: unknown = JSON.parse(saved.rows);
      return Array.isArray(rows) ? rows.filter(isRow) : [];
    } catch (error) {
      console.warn(`the tally of traffic is not readable and starts anew: ${messageOf(error)}`);
      return [];
    }
  }

  #add(place: TrafficPlace, clients: number, now: number): Row {
    const key = placeKey(place);
    const row = this.#rows.get(key) ?? { place, clients: 0, at: now };
    row.clients = fadedClients(row, now) + clients;
    row.at = Math.max(row.at, now);
    this.#rows.set(key, row);
    return row;
  }

  /** Forgets what has faded, then merges the smallest places into their countries, but not the one just noted. */
  #makeRoom(noted: Row, now: number): void {
    for (const [key, row] of this.#rows) {
      if (fadedClients(row, now) < LEAST_CLIENTS) this.#rows.delete(key);
    }
    while (this.#rows.size > MAX_ROWS) {
      const least = leastOf(this.#rows.values(), noted, now);
      if (least === undefined) return;
      this.#rows.delete(placeKey(least.place));
      this.#add(widerPlace(least.place), fadedClients(least, now), now);
    }
  }
}

/** A clock that went backwards neither lowers nor raises a count. */
function fadedClients({ clients, at }: Row, now: number): number {
  return clients * 2 ** (-Math.max(0, now - at) / HALF_LIFE_MS);
}

/** Whole countries go last: there are about 250 of them. */
function leastOf(rows: Iterable<Row>, noted: Row, now: number): Row | undefined {
  let least: Row | undefined;
  for (const row of rows) {
    if (row === noted || isWidest(row.place)) continue;
    if (least === undefined || order(row, least, now) < 0) least = row;
  }
  return least;
}

function order(a: Row, b: Row, now: number): number {
  return Number(isWhole(a.place)) - Number(isWhole(b.place)) || fadedClients(a, now) - fadedClients(b, now);
}

/** Whether it is a whole country or continent, not a place within one. */
function isWhole({ colo, latitude }: TrafficPlace): boolean {
  return colo === undefined && latitude === undefined;
}

function isWidest(place: TrafficPlace): boolean {
  return isWhole(place) && place.country === undefined && place.continent === undefined;
}

function widerPlace(place: TrafficPlace): TrafficPlace {
  if (isWhole(place)) return {};
  const { colo: _colo, latitude: _latitude, longitude: _longitude, ...whole } = place;
  return whole;
}

/** The fields that have the form in which Cloudflare sends them. Coordinates come as strings or numbers. */
function placeOf(cf: ClientPlace): TrafficPlace {
  const colo = textOf(cf.colo, /^[A-Z]{3}$/);
  const country = textOf(cf.country, /^(?!XX)(?:[A-Z]{2}|T1)$/);
  const continent = textOf(cf.continent, /^[A-Z]{2}$/);
  const latitude = degreesOf(cf.latitude, 90);
  const longitude = degreesOf(cf.longitude, 180);
  return {
    ...(colo !== undefined && { colo }),
    ...(country !== undefined && { country }),
    ...(country === undefined && continent !== undefined && { continent }),
    ...(cf.isEUCountry === '1' && { isEUCountry: '1' }),
    ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
  };
}

function textOf(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

/** Rounded to a whole degree, about 100 km. Adding 0 turns -0 into 0. */
function degreesOf(value: unknown, limit: number): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const degrees = Math.round(Number(value)) + 0;
  return Math.abs(degrees) <= limit ? degrees : undefined;
}

/** Rows written by an earlier version may have another form. */
function isRow(row: unknown): row is Row {
  if (typeof row !== 'object' || row === null) return false;
  const { place, clients, at } = row as Partial<Row>;
  return typeof place === 'object' && place !== null && Number.isFinite(clients) && Number.isFinite(at);
}
