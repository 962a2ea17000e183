// Since when the deployment has each of its secrets, and when each admin or read token was used last, in the ConfigStore's
// SQLite. Of a value only a hash is kept, with a salt that nobody is told: the same value has the same id, also in its
// other place, and nobody can try values against it.

import { createHash } from 'node:crypto';
import { SECRET_VALUES, secretText } from '../../api/rotated-secrets.ts';

/** Enough to tell a few values apart. */
const ID_CHARACTERS = 12;

const SALT_KEY = 'secret-salt';

export interface KnownSecret {
  /** What the value is called (api/rotated-secrets.ts). */
  readonly secret: string;
  readonly id: string;
  /** ms since the epoch */
  readonly since: number;
  readonly uses: readonly { readonly who: string; readonly last: number }[];
}

/** A token was used. */
export interface TokenUse {
  readonly secret: string;
  /** Whose it is. */
  readonly who: string;
}

interface Storage {
  readonly sql: SqlStorage;
  readonly kv: { get(key: string): string | undefined; put(key: string, value: string): void };
}

type Row = { readonly secret: string; readonly id: string; readonly since: number };
type UseRow = { readonly secret: string; readonly who: string; readonly last: number };

export class SecretTable {
  readonly #sql: SqlStorage;
  readonly #salt: string;

  constructor({ sql, kv }: Storage) {
    this.#sql = sql;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS secrets (secret TEXT PRIMARY KEY, id TEXT NOT NULL, since INTEGER NOT NULL)',
    );
    sql.exec(
      'CREATE TABLE IF NOT EXISTS secret_uses (secret TEXT, who TEXT, last INTEGER NOT NULL, PRIMARY KEY (secret, who))',
    );
    this.#salt = kv.get(SALT_KEY) ?? crypto.randomUUID();
    kv.put(SALT_KEY, this.#salt);
  }

  /** Takes over what is set now, and tells what is known of it. @param now ms since the epoch */
  look(env: object, now: number): readonly KnownSecret[] {
    const before = this.#rows();
    for (const parts of SECRET_VALUES) {
      const [secret] = parts;
      const value = secretText(parts, env);
      const known = before.find((row) => row.secret === secret);
      const id = value === undefined ? undefined : this.#idOf(value);
      if (known?.id === id) continue;
      this.#sql.exec('DELETE FROM secret_uses WHERE secret = ?', secret);
      if (id === undefined) this.#sql.exec('DELETE FROM secrets WHERE secret = ?', secret);
      else {
        const since = before.find((row) => row.id === id)?.since ?? now;
        this.#sql.exec(
          'INSERT OR REPLACE INTO secrets (secret, id, since) VALUES (?, ?, ?)',
          secret,
          id,
          since,
        );
      }
    }
    const uses = this.#sql
      .exec<UseRow>('SELECT secret, who, last FROM secret_uses ORDER BY last DESC')
      .toArray();
    return this.#rows().map((row) => ({
      ...row,
      uses: uses.filter(({ secret }) => secret === row.secret).map(({ who, last }) => ({ who, last })),
    }));
  }

  used({ secret, who }: TokenUse, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO secret_uses (secret, who, last) VALUES (?, ?, ?)',
      secret,
      who,
      now,
    );
  }

  #rows(): readonly Row[] {
    return this.#sql.exec<Row>('SELECT secret, id, since FROM secrets ORDER BY since, secret').toArray();
  }

  #idOf(value: string): string {
    return createHash('sha256').update(`${this.#salt}\n${value}`).digest('hex').slice(0, ID_CHARACTERS);
  }
}
