// Counts of clients that asked to be connected, whoever took them. An isolate counts, and tells the collector every few
// seconds. Pure.

/** What visits are told apart by. '' is none, or unknown. */
export interface VisitKind {
  /** The region that took the client; none if no region did. */
  readonly region: string;
  /** The region that should have: another one only in a failover. */
  readonly wanted: string;
  /** Of the decision, joined by commas: `failover`, `pin`, `panic`, `wake`. */
  readonly flags: string;
  /** Why another region took it than the one that should have; of one that nobody took, why the first did not. */
  readonly cause: string;
  /** Why nobody took it. */
  readonly refusal: string;
}

/** Where a client comes from. '' is unknown. */
export interface VisitPlace {
  readonly country: string;
  /** The data center where it entered. */
  readonly colo: string;
}

export interface VisitFigures {
  readonly count: number;
  /** Regions that were asked to take them. */
  readonly attempts: number;
  /** From when they came until they were taken or refused, seconds in all. */
  readonly seconds: number;
  /** How many of them took no longer than each of BUCKETS. */
  readonly within: readonly number[];
}

export type VisitCount = VisitKind & VisitPlace & VisitFigures;

/** A round trip to a region that a data center measured. */
export interface Path {
  readonly colo: string;
  readonly region: string;
  readonly seconds: number;
}

/** What an isolate tells. */
export interface VisitBatch {
  readonly visits: readonly VisitCount[];
  readonly paths: readonly Path[];
}

/** Seconds. A hand-over within a data center takes milliseconds, one that starts a region takes seconds. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** One visit, which took so long. */
export function figuresOfOne(attempts: number, ms: number): VisitFigures {
  const seconds = ms / 1_000;
  return { count: 1, attempts, seconds, within: BUCKETS.map((most) => (seconds <= most ? 1 : 0)) };
}

function sum(one: VisitFigures, other: VisitFigures): VisitFigures {
  return {
    count: one.count + other.count,
    attempts: one.attempts + other.attempts,
    seconds: one.seconds + other.seconds,
    within: BUCKETS.map((_, index) => (one.within[index] ?? 0) + (other.within[index] ?? 0)),
  };
}

/** Which of a visit's fields a tally tells apart; the others are ''. */
export type VisitField = keyof (VisitKind & VisitPlace);

const FIELDS: readonly VisitField[] = ['region', 'wanted', 'flags', 'cause', 'refusal', 'country', 'colo'];

/**
 * Of the combinations, the share that is kept for those that give up fields. Without it a tally that is full of combinations
 * of all fields would have no room for one that gives up only the last: it would have to give up all, its region too.
 */
const RESERVED_SHARE = 0.25;

/** Visits by some of their fields, of which it keeps so many combinations apart. */
export class VisitTally {
  readonly #fields: readonly VisitField[];
  readonly #most: number;
  readonly #rows = new Map<string, VisitCount>();
  #isChanged = false;

  /** @param fields those that are given up first, when there are too many combinations, are last */
  constructor(fields: readonly VisitField[], most: number, rows: readonly VisitCount[] = []) {
    this.#fields = fields;
    this.#most = most;
    for (const row of rows) this.#put(row, fields);
  }

  get rows(): readonly VisitCount[] {
    return [...this.#rows.values()];
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Whether anything came since the last call. */
  takeChanged(): boolean {
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }

  add(visit: VisitCount): void {
    this.#isChanged = true;
    let told = this.#fields.length;
    while (told > 0 && !this.#hasRoom(visit, told)) told -= 1;
    this.#put(visit, this.#fields.slice(0, told));
  }

  /** Whether it can be told apart by the first `told` fields: the fewer, the more of the room is for it. */
  #hasRoom(visit: VisitCount, told: number): boolean {
    if (this.#rows.has(keyOf(visit, this.#fields.slice(0, told)))) return true;
    return this.#rows.size < this.#most * (1 - (RESERVED_SHARE * told) / this.#fields.length);
  }

  #put(visit: VisitCount, fields: readonly VisitField[]): void {
    const key = keyOf(visit, fields);
    const row = this.#rows.get(key);
    const kept = FIELDS.map((field) => [field, fields.includes(field) ? visit[field] : '']);
    const figures = row === undefined ? figuresIn(visit) : sum(row, visit);
    this.#rows.set(key, { ...(Object.fromEntries(kept) as VisitKind & VisitPlace), ...figures });
  }
}

function keyOf(visit: VisitCount, fields: readonly VisitField[]): string {
  return FIELDS.map((field) => (fields.includes(field) ? visit[field] : '')).join('\n');
}

function figuresIn({ count, attempts, seconds, within }: VisitFigures): VisitFigures {
  return { count, attempts, seconds, within };
}
