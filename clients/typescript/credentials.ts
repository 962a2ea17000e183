// What a client signs in with. A sign-in is exchanged for a NATS user of which the seed never leaves the process.

import {
  type Authenticator,
  credsAuthenticator,
  jwtAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/nats-core';
import { type About, ask } from './about.ts';
import { CredentialsError, EndpointError, textOf } from './errors.ts';

/** Of a user's time, this part is used before the next one is asked for. */
const USED_OF_LIFETIME = 0.75;

export interface SignedIn {
  readonly authenticator: Authenticator;
  /** When the connection should be made anew, in milliseconds from now; undefined is never. */
  readonly renewInMs?: number;
}

/** `token`, `user`, `credsFile` or `signIn`. */
export type Credentials = (origin: string, about: About) => Promise<SignedIn>;

/** The one that all clients share. */
export function token(value: string): Credentials {
  return async () => ({ authenticator: tokenAuthenticator(value) });
}

export function user(name: string, password: string): Credentials {
  return async () => ({ authenticator: usernamePasswordAuthenticator(name, password) });
}

/** The text of a file as `nsc` writes it. */
export function credsFile(text: string): Credentials {
  return async () => ({ authenticator: credsAuthenticator(new TextEncoder().encode(text)) });
}

/**
 * Exchanges a sign-in, a JWT of an issuer that the edge accepts, for a NATS user, and does so again before that one is no longer
 * valid.
 *
 * @param jwt called for each exchange; it may itself sign in
 */
export function signIn(jwt: () => Promise<string>): Credentials {
  const key = nkeys.createUser();
  return async (origin, { credentials }) => {
    if (credentials === null)
      throw new CredentialsError(origin, 'takes no sign-ins: use a token, a user or a credentials file');
    const mine = await jwt().catch((cause: unknown) => {
      throw new CredentialsError(origin, `was not asked: signing in failed: ${textOf(cause)}`, { cause });
    });
    const { userJwt, expiresAt } = await exchange(origin, credentials, mine, key.getPublicKey());
    const renewInMs = (expiresAt - Date.now()) * USED_OF_LIFETIME;
    return { authenticator: jwtAuthenticator(userJwt, key.getSeed()), renewInMs };
  };
}

async function exchange(origin: string, address: string, jwt: string, publicKey: string) {
  const { status, body } = await ask(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ publicKey }),
  }).catch((cause: unknown) => {
    throw new EndpointError(origin, `does not answer to a sign-in: ${textOf(cause)}`, { cause });
  });
  const answer = (body ?? {}) as {
    readonly jwt?: string;
    readonly expiresAt?: number;
    readonly error?: { readonly code: string; readonly message: string };
  };
  if (answer.jwt !== undefined && answer.expiresAt !== undefined)
    return { userJwt: answer.jwt, expiresAt: answer.expiresAt };
  const { code = '', message = '' } = answer.error ?? {};
  throw new CredentialsError(origin, `refuses the sign-in (${status} ${code}): ${message}`, { code });
}
