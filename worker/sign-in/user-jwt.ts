// The NATS user that somebody who has signed in becomes: a JWT, signed for the account, with nothing but what is granted.

import { createUser, encodeUser, fmtCreds, fromPublic, fromSeed, type KeyPair } from '@nats-io/jwt';
import type { Permissions } from './permissions.ts';

/** An empty list would allow everything. */
const NOTHING = { allow: [], deny: ['>'] };

export interface UserToMake {
  /** Who it is, for the servers' reports. */
  readonly name: string;
  readonly permissions: Permissions;
  /** Public key of its account. */
  readonly account: string;
  /** Of the account. */
  readonly signer: KeyPair;
  /** Seconds since the epoch. */
  readonly expires: number;
  /** Public key of the user. Undefined: it is made here, and given with its seed. */
  readonly publicKey: string | undefined;
}

export interface MadeUser {
  readonly jwt: string;
  /** A credentials file, with the seed; null where the caller has the key. */
  readonly creds: string | null;
}

/** The key that signs for an account; undefined if the text is no seed of one. */
export function signingKeyOf(seed: string): KeyPair | undefined {
  try {
    const key = fromSeed(new TextEncoder().encode(seed.trim()));
    return key.getPublicKey().startsWith('A') ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is the public key of a user. */
export function isUserKey(text: string): boolean {
  try {
    return text.startsWith('U') && fromPublic(text).getPublicKey() === text;
  } catch {
    return false;
  }
}

export async function makeUser({
  name,
  permissions: { publish, subscribe },
  account,
  signer,
  expires,
  publicKey,
}: UserToMake): Promise<MadeUser> {
  const own = publicKey === undefined ? createUser() : undefined;
  const user = {
    pub: publish.length === 0 ? NOTHING : { allow: [...publish], deny: [] },
    sub: subscribe.length === 0 ? NOTHING : { allow: [...subscribe], deny: [] },
    // No leaf node and no other door, which would have permissions of their own.
    allowed_connection_types: ['WEBSOCKET' as const, 'STANDARD' as const],
  };
  const isAccounts = signer.getPublicKey() === account;
  const jwt = await encodeUser(name, own ?? publicKey ?? '', isAccounts ? signer : account, user, {
    exp: expires,
    ...(!isAccounts && { signer }),
  });
  return { jwt, creds: own === undefined ? null : new TextDecoder().decode(fmtCreds(jwt, own)) };
}
