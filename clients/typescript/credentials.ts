// What a client signs in with. A sign-in is exchanged for a NATS user of which the seed never leaves the process.

import {
  type Authenticator,
  credsAuthenticator,
  jwtAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/nats-core';
import type { About } from './about.ts';
import { CredentialsError, textOf } from './errors.ts';
import { exchange } from './exchange.ts';
import { within } from './within.ts';

/** Of a user's time, this part is used before the next one is asked for. */
const USED_OF_LIFETIME = 0.75;
/** People may have to sign in. */
const SIGN_IN_WITHIN_MS = 60_000;

export interface SignedIn {
  readonly authenticator: Authenticator;
  /** When the connection should be made anew, in milliseconds from now; undefined is never. */
  readonly renewInMs?: number;
  /** When it is no longer valid, in milliseconds from now. */
  readonly endsInMs?: number;
}

/** `token`, `user`, `credsFile` or `signIn`. */
export type Credentials = (origin: string, about: About, signal?: AbortSignal) => Promise<SignedIn>;

/** The one that all clients share. */
export function token(value: string): Credentials {
  return async (origin) => {
    // From an environment in which it is not set.
    if (!value) throw new CredentialsError(origin, 'was not asked: the token is empty');
    return { authenticator: tokenAuthenticator(value) };
  };
}

export function user(name: string, password: string): Credentials {
  return async () => ({ authenticator: usernamePasswordAuthenticator(name, password) });
}

/** The text of a file as `nsc` writes it. */
export function credsFile(text: string): Credentials {
  const authenticator = credsAuthenticator(new TextEncoder().encode(text));
  return async (origin) => {
    try {
      authenticator('a nonce');
    } catch {
      // The error is not its cause, since it may tell of the seed.
      const what = 'was not asked: the credentials file has no JWT and no seed, each between lines of dashes';
      throw new CredentialsError(origin, what);
    }
    return { authenticator };
  };
}

/**
 * Exchanges a sign-in, a JWT of an issuer that the edge accepts, for a NATS user, and does so again before that one is no longer
 * valid.
 *
 * @param jwt called for each exchange; it may itself sign in, within a minute
 */
export function signIn(jwt: () => Promise<string>): Credentials {
  const key = nkeys.createUser();
  return async (origin, { credentials }, signal) => {
    if (credentials === null)
      throw new CredentialsError(origin, 'takes no sign-ins: use a token, a user or a credentials file');
    const mine = await jwtOf(origin, jwt, signal);
    const { userJwt, lastsMs } = await exchange(origin, {
      ...{ address: credentials, jwt: mine, publicKey: key.getPublicKey() },
      ...(signal && { signal }),
    });
    return {
      authenticator: jwtAuthenticator(userJwt, key.getSeed()),
      renewInMs: lastsMs * USED_OF_LIFETIME,
      endsInMs: lastsMs,
    };
  };
}

async function jwtOf(origin: string, jwt: () => Promise<string>, signal?: AbortSignal): Promise<string> {
  const options = { what: 'a sign-in', ms: SIGN_IN_WITHIN_MS, ...(signal && { signal }) };
  const mine: unknown = await within(options, (async () => jwt())()).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new CredentialsError(origin, `was not asked: signing in failed: ${textOf(cause)}`, { cause });
  });
  const text = typeof mine === 'string' ? mine.trim() : '';
  // What `fetch` says of a header that it does not take has the header in it.
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new CredentialsError(origin, 'was not asked: the sign-in gave no JWT, which is one line of text');
  return text;
}
