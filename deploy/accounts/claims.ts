// The account's claims, from its file, and its users' credentials. Pure, but for the keys that it is given.

import {
  type Account,
  createUser,
  decode,
  encodeAccount,
  encodeUser,
  fmtCreds,
  fromPublic,
  fromSeed,
  type KeyPair,
  type User,
} from '@nats-io/jwt';
import type { AccountFile, UserFile } from './account-files.ts';

/** @param seed of an operator or an account, whose form has been checked */
export function keyOf(seed: string): KeyPair {
  return fromSeed(new TextEncoder().encode(seed.trimEnd()));
}

/** What the file says of the claims: without the name, which the JWT has outside of them. */
export function wantedClaims({ name: _, ...claims }: AccountFile): Partial<Account> {
  return claims as Partial<Account>;
}

/** What a server has of the account, as the file would say it. */
export function claimsIn(jwt: string): { readonly name: string; readonly claims: Partial<Account> } {
  const { name, nats } = decode<Account>(jwt);
  return { name, claims: nats };
}

/** @param current what is there: signing keys and revocations that others made stay */
export function signAccount(
  file: AccountFile,
  publicKey: string,
  operator: KeyPair,
  current: Partial<Account> = {},
): Promise<string> {
  const { version: _v, type: _t, ...kept } = current;
  const wanted = wantedClaims(file);
  const limits = { ...kept.limits, ...wanted.limits };
  return encodeAccount(
    file.name,
    fromPublic(publicKey),
    { ...kept, ...wanted, limits },
    { signer: operator },
  );
}

/** The text of a new .creds file. @param expiresAt in seconds; absent: never */
export async function credsFor(user: UserFile, account: KeyPair, expiresAt?: number): Promise<string> {
  const key = createUser();
  const { publish, subscribe, connections } = user;
  const claims = {
    ...(publish !== undefined && { pub: publish }),
    ...(subscribe !== undefined && { sub: subscribe }),
    ...(connections !== undefined && { allowed_connection_types: connections }),
  } as Partial<User>;
  const options = expiresAt === undefined ? {} : { exp: expiresAt };
  const jwt = await encodeUser(user.name, key, account, claims, options);
  return new TextDecoder().decode(fmtCreds(jwt, key));
}
