// Where a region's clients come from: what forecasts replay. Kept by the region's object, over restarts too, and
// bounded: the least of the places are counted with their country. It holds no addresses, and no place more exact
// than a degree.
//
// Counts fade: a client counts half after a day, a quarter after two. Connections only touch memory; what is new is
// written when the object says so (flush) or after so many of them, all in one row. An end without warning loses
// what came in since.

import { placeKey, type TrafficPlace, type TrafficSample } from '../forecast/traffic.ts';
import { messageOf } from '../message-of.ts';

/** Data centers and countries of one region's clients fit in this; as one row it is some 30 kB. */
const MAX_ROWS = 500;

/** A pattern of a day or two shows, one of last month does not. */
const HALF_LIFE_MS = 24 * 60 * 60 * 1000;

/** A row that has faded so far stands for nobody: four days after a single client. */
const LEAST_CLIENTS = 0.05;

/** So many clients are lost at most when the object ends without warning. */
const NOTES_PER_WRITE = 500;

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
}

export class TrafficTally {
  readonly #sql: SqlStorage;
  readonly #rows: Map<string, Row>;
  #unwritten = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS traffic_tally (id INTEGER PRIMARY KEY CHECK (id = 1), rows TEXT NOT NULL)',
    );
    this.#rows = new Map(this.#read().map((row) => [placeKey(row.place), row]));
  }

  /** Counts a client who connects. `now` in milliseconds since the epoch. */
  note(cf: ClientPlace, now: number): void {
    const noted = this.#add(placeOf(cf), 1, now);
    if (this.#rows.size > MAX_ROWS) this.#makeRoom(noted, now);
    this.#unwritten += 1;
    if (this.#unwritten >= NOTES_PER_WRITE) this.flush();
  }

  /** All places with what their clients count now, most first. */
  samples(now: number): TrafficSample[] {
    return [...this.#rows.values()]
      .map((row) => ({ ...row.place, clients: fadedClients(row, now) }))
      .filter(({ clients }) => clients >= LEAST_CLIENTS)
      .sort((a, b) => b.clients - a.clients);
  }

  /** Writes what is new since the last time, if anything is. */
  flush(): void {
    if (this.#unwritten === 0) return;
    this.#sql.exec(
      'INSERT OR REPLACE INTO traffic_tally (id, rows) VALUES (1, ?)',
      JSON.stringify([...this.#rows.values()]),
    );
    this.#unwritten = 0;
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

  /** Forgets what has faded, then counts the least places with their countries, but not the one just noted. */
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

/** A clock that went back takes nothing from a count and adds nothing to it. */
function fadedClients({ clients, at }: Row, now: number): number {
  return clients * 2 ** (-Math.max(0, now - at) / HALF_LIFE_MS);
}

/** Countries as wholes go last: there are about 250 of them. */
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

/** Whether it is a country or a continent, and no place in it. */
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

/** The fields that are of the form in which Cloudflare gives them. Coordinates come as strings, or as numbers. */
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

/** What an earlier version wrote may have another form. */
function isRow(row: unknown): row is Row {
  if (typeof row !== 'object' || row === null) return false;
  const { place, clients, at } = row as Partial<Row>;
  return typeof place === 'object' && place !== null && Number.isFinite(clients) && Number.isFinite(at);
}
