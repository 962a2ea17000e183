// Sign-ins with Cloudflare Access. Access, in front of the Worker, adds a signed JWT to each request of a user who
// has signed in. It is verified here, since a request may also arrive by a hostname that Access does not protect.

import { createRemoteJWKSet, type JWTPayload, jwtVerify, type RemoteJWKSet } from 'jose';
import type { MeridianConfig } from '../../regions/config.ts';
import { messageOf } from '../message-of.ts';

/** Only the header is read, never the cookie CF_Authorization, which browsers send with requests from any site. */
const HEADER = 'cf-access-jwt-assertion';

/** Access signs with RS256 today; a JWT with any other algorithm than these is refused. */
const ALGORITHMS = ['RS256', 'ES256'];

/** How much Cloudflare's clocks may differ. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** A key that Access has withdrawn may be trusted for this long afterwards. */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** A JWT that names an unknown key causes the keys to be fetched again, but no more often than this. */
const KEYS_COOLDOWN_MS = 30_000;

const KEYS_TIMEOUT_MS = 5_000;

/** No e-mail address is longer. */
const MAX_NAME_CHARS = 320;

/** The team whose sign-ins are accepted, and the application that they must be for. */
export interface AccessApplication {
  readonly teamDomain: string;
  readonly audience: string;
}

/** Who has signed in, or why that is unknown; the reason is for the audit log, never for the client. */
export type SignIn =
  | { readonly ok: true; readonly actor: string }
  | { readonly ok: false; readonly reason: string };

/** The application that is configured; undefined when Access is not configured. */
export function accessApplicationOf({ admin }: MeridianConfig): AccessApplication | undefined {
  const { accessTeamDomain: teamDomain, accessAudience: audience } = admin;
  return teamDomain === undefined || audience === undefined ? undefined : { teamDomain, audience };
}

/** The JWT of a request, not yet verified. */
export function accessJwtOf(request: Request): string | undefined {
  return request.headers.get(HEADER) ?? undefined;
}

/** Verifies signature, issuer, audience and times. Never rejects. */
export async function verifyAccessJwt(
  jwt: string,
  { teamDomain, audience }: AccessApplication,
): Promise<SignIn> {
  try {
    const { payload } = await jwtVerify(jwt, keysOf(teamDomain), {
      algorithms: ALGORITHMS,
      issuer: `https://${teamDomain}`,
      audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      // jose checks the expiry of a JWT only if it has one; without one, a JWT would be valid for ever.
      requiredClaims: ['exp'],
    });
    const name = nameOf(payload);
    return name === undefined
      ? { ok: false, reason: 'the JWT names nobody' }
      : { ok: true, actor: `access:${name}` };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** A person's e-mail address, or the name of a service token. */
function nameOf({ email, common_name }: JWTPayload): string | undefined {
  const names = [email, common_name].filter((name) => typeof name === 'string' && name !== '');
  return (names[0] as string | undefined)?.slice(0, MAX_NAME_CHARS);
}

let known: { readonly teamDomain: string; readonly keys: RemoteJWKSet } | undefined;

/** The team's public keys, fetched when first needed and kept by this isolate. */
function keysOf(teamDomain: string): RemoteJWKSet {
  if (known?.teamDomain !== teamDomain) {
    const url = new URL(`https://${teamDomain}/cdn-cgi/access/certs`);
    const keys = createRemoteJWKSet(url, {
      cacheMaxAge: KEYS_MAX_AGE_MS,
      cooldownDuration: KEYS_COOLDOWN_MS,
      timeoutDuration: KEYS_TIMEOUT_MS,
    });
    known = { teamDomain, keys };
  }
  return known.keys;
}
