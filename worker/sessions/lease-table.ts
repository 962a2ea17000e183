// The leases of all sessions, in SQLite. Each method is one turn of the registry's object: nothing comes in between.

import type { Lease, Taken, Told } from './lease.ts';

const TABLE = `
  CREATE TABLE IF NOT EXISTS leases (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    region TEXT NOT NULL,
    config TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    problem TEXT
  );
  CREATE INDEX IF NOT EXISTS leases_of_owner ON leases (owner);
  CREATE INDEX IF NOT EXISTS leases_by_end ON leases (expires)`;

const AWAKE = "state IN ('starting', 'up', 'ending')";

type Row = {
  readonly serial: number;
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly region: string;
  readonly config: string;
  readonly created: number;
  readonly expires: number;
  readonly seen: number;
  readonly state: Lease['state'];
  readonly since: number;
  readonly problem: string | null;
};

export class LeaseTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  get(id: string): Lease | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM leases WHERE id = ?', id).toArray();
    return row && leaseOf(row);
  }

  /** A new lease, starting from `now`; serials are never used again. */
  make(lease: Pick<Lease, 'id' | 'name' | 'owner' | 'region' | 'config' | 'expiresAt'>, now: number): Lease {
    const { id, name, owner, region, config, expiresAt } = lease;
    const row = this.#sql
      .exec<Row>(
        `INSERT INTO leases (id, name, owner, region, config, created, expires, seen, state, since)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'starting', ?) RETURNING *`,
        ...[id, name, owner, region, JSON.stringify(config), now, expiresAt, now, now],
      )
      .one();
    return leaseOf(row);
  }

  /** It lives until then, and is in use now. */
  renew(id: string, expiresAt: number, now: number): void {
    this.#sql.exec('UPDATE leases SET expires = ?, seen = ? WHERE id = ?', expiresAt, now, id);
  }

  /** What its object tells of it. A lease that ends does not go back. */
  tell(id: string, serial: number, { state, problem, seenAt = 0 }: Told, now: number): void {
    this.#sql.exec(
      `UPDATE leases SET problem = ?, seen = max(seen, ?),
         since = CASE WHEN state = ? THEN since ELSE ? END, state = ?
       WHERE id = ? AND serial = ? AND (state <> 'ending' OR ? = 'ending')`,
      ...[problem ?? null, seenAt, state, now, state, id, serial, state],
    );
  }

  remove(id: string, serial: number): void {
    this.#sql.exec('DELETE FROM leases WHERE id = ? AND serial = ?', id, serial);
  }

  /** Newest first. Absent: of all owners. */
  page(owner: string | undefined, before: number, limit: number): readonly Lease[] {
    return this.#sql
      .exec<Row>(
        'SELECT * FROM leases WHERE serial < ?1 AND (?2 IS NULL OR owner = ?2) ORDER BY serial DESC LIMIT ?3',
        ...[before, owner ?? null, limit],
      )
      .toArray()
      .map(leaseOf);
  }

  taken(owner?: string): Taken {
    const { count, first } = this.#sql
      .exec<{ count: number; first: number | null }>(
        'SELECT count(*) AS count, min(expires) AS first FROM leases WHERE ?1 IS NULL OR owner = ?1',
        owner ?? null,
      )
      .one();
    return { count, firstExpiry: first ?? undefined };
  }

  /** How many there are in each state that some are in. */
  states(): ReadonlyMap<Lease['state'], number> {
    const rows = this.#sql
      .exec<{ state: Lease['state']; count: number }>(
        'SELECT state, count(*) AS count FROM leases GROUP BY state',
      )
      .toArray();
    return new Map(rows.map(({ state, count }) => [state, count]));
  }

  /** Those whose time is over and that do not end yet. */
  expired(now: number): readonly Lease[] {
    return this.#sql
      .exec<Row>("SELECT * FROM leases WHERE expires <= ? AND state <> 'ending'", now)
      .toArray()
      .map(leaseOf);
  }

  /** When the next one's time is over, ms since the epoch. */
  nextExpiry(): number | undefined {
    const { first } = this.#sql
      .exec<{ first: number | null }>("SELECT min(expires) AS first FROM leases WHERE state <> 'ending'")
      .one();
    return first ?? undefined;
  }

  /** Those with something that runs, or should. */
  awake(): readonly Lease[] {
    return this.#sql.exec<Row>(`SELECT * FROM leases WHERE ${AWAKE}`).toArray().map(leaseOf);
  }

  hasAwake(): boolean {
    return this.#sql.exec(`SELECT 1 FROM leases WHERE ${AWAKE} LIMIT 1`).toArray().length > 0;
  }
}

function leaseOf({ config, created, expires, seen, problem, ...row }: Row): Lease {
  return {
    ...row,
    config: JSON.parse(config) as Lease['config'],
    createdAt: created,
    expiresAt: expires,
    seenAt: seen,
    ...(problem !== null && { problem }),
  };
}
