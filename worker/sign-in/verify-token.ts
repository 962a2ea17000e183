// Whether a token is one of an issuer that the configuration accepts, and what it says. Never rejects.

import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { MeridianConfig } from '../../regions/config.ts';
import { messageOf } from '../message-of.ts';

type Issuer = NonNullable<MeridianConfig['signIn']>['issuers'][number];

/** What issuers sign with today; symmetric ones, and none at all, are not among them. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** How much clocks may differ. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** A key that was withdrawn may be trusted for this long afterwards. */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** A token that names an unknown key causes the keys to be fetched again, but no more often than this. */
const KEYS_COOLDOWN_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;

export type Verified =
  | { readonly kind: 'verified'; readonly claims: JWTPayload }
  /** The reason is for the audit log, never for the client. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It could not be found out. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** @param now seconds since the epoch; for tests */
export async function verifyToken(
  token: string,
  issuers: readonly Issuer[],
  now = Date.now(),
): Promise<Verified> {
  let iss: string | undefined;
  try {
    ({ iss } = decodeJwt(token));
  } catch {
    return { kind: 'refused', reason: 'no JWT' };
  }
  const issuer = issuers.find((each) => each.issuer === iss);
  if (issuer === undefined) return { kind: 'refused', reason: 'of an issuer that is not accepted' };
  try {
    const { payload } = await jwtVerify(token, keysAt(issuer.keys), {
      algorithms: ALGORITHMS,
      issuer: issuer.issuer,
      audience: issuer.audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
      // jose checks the expiry of a JWT only if it has one; without one, a JWT would be valid for ever.
      requiredClaims: ['exp', 'sub'],
    });
    return { kind: 'verified', claims: payload };
  } catch (error) {
    return { kind: isOfKeys(error) ? 'unknown' : 'refused', reason: messageOf(error) };
  }
}

/** The keys could not be had: that says nothing of the token. */
function isOfKeys(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.constructor === errors.JOSEError;
}

/** By address; at most as many as a configuration names, so that edits do not add up. */
let known: ReadonlyMap<string, RemoteJWKSet> = new Map();
const MOST_KNOWN = 16;

function keysAt(url: string): RemoteJWKSet {
  const there = known.get(url);
  if (there !== undefined) return there;
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: KEYS_MAX_AGE_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
    timeoutDuration: KEYS_TIMEOUT_MS,
  });
  known = new Map([...[...known].slice(-MOST_KNOWN + 1), [url, keys]]);
  return keys;
}
