// Which credentials a region's server was started with: it takes these until it is started again, whatever the secrets are by
// then. Only hashes are kept, with a salt of this start.

import { SECRET_VALUES, secretText } from '../../api/rotated-secrets.ts';

/** What concerns nats-server. */
const OF_NATS = SECRET_VALUES.filter(
  ([name]) => name.startsWith('NATS_') && name !== 'NATS_ACCOUNT_SIGNING_KEY',
);

const KEY = 'started-with';

export interface StartedStorage {
  get(key: string): Started | undefined;
  put(key: string, started: Started): void;
}

interface Started {
  readonly salt: string;
  readonly hashes: readonly string[];
}

/** What a server takes, held against the secrets as they are now. */
export interface Taken {
  /** By the first secret of each; undefined if that is not known. */
  readonly takes: readonly string[] | undefined;
  /** Whether it takes one that is no longer a secret. */
  readonly takesOther: boolean;
}

/** Before a start. */
export async function noteStart(kv: StartedStorage, env: object): Promise<void> {
  const salt = crypto.randomUUID();
  kv.put(KEY, { salt, hashes: (await hashed(env, salt)).map(({ hash }) => hash) });
}

export async function takenBy(kv: StartedStorage, env: object): Promise<Taken> {
  const started = kv.get(KEY);
  // It was started by a Meridian that did not note it.
  if (started === undefined) return { takes: undefined, takesOther: false };
  const now = await hashed(env, started.salt);
  return {
    takes: now.filter(({ hash }) => started.hashes.includes(hash)).map(({ name }) => name),
    takesOther: started.hashes.some((hash) => !now.some((each) => each.hash === hash)),
  };
}

function hashed(
  env: object,
  salt: string,
): Promise<readonly { readonly name: string; readonly hash: string }[]> {
  return Promise.all(
    OF_NATS.flatMap((parts) => {
      const value = secretText(parts, env);
      return value === undefined ? [] : [hashOf(parts[0], value, salt)];
    }),
  );
}

async function hashOf(name: string, value: string, salt: string) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${salt}\n${value}`));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { name, hash };
}
