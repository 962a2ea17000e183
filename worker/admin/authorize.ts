// Who may use the admin endpoints: the bearer of a token, or a user who has signed in with Cloudflare Access. If
// neither is configured, admin is off for everyone. Never throws, and does not tell the client why credentials are
// wrong: that goes to the audit log.

import type { ErrorCode } from '../../api/errors.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { AdminEnv } from '../env.ts';
import { type AccessApplication, accessApplicationOf, accessJwtOf, verifyAccessJwt } from './access-jwt.ts';
import { addressOf } from './address.ts';
import { bearerTokenOf, grantOf, hasTokenInUrl, hasTokens } from './bearer-token.ts';
import { isCrossSite } from './cross-site.ts';
import { mayCall } from './rate-limit.ts';

/** `read` only looks at something, `write` changes something. */
export type Need = 'read' | 'write';

export interface Granted {
  readonly ok: true;
  /** Such as `token:admin`, `token:read`, `access:ada@example.com`. */
  readonly actor: string;
  readonly mayWrite: boolean;
}

export interface Refused {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
  /** Who was refused, if known. */
  readonly actor?: string;
  /** Why, for the audit log only, not for the client. */
  readonly reason?: string;
}

export type Access = Granted | Refused;

const OFF: Refused = {
  ok: false,
  code: 'admin_off',
  message: 'admin is off: no token and no Cloudflare Access is configured (docs/security.md)',
};

const TOO_MANY: Refused = {
  ok: false,
  code: 'rate_limited',
  message: 'too many admin requests from this address: wait a minute',
};

const TOKEN_IN_URL: Refused = {
  ok: false,
  code: 'token_in_url',
  message:
    'a token in a URL is kept by logs and histories, so it is exposed now: change it (docs/security.md), and send it as "Authorization: Bearer TOKEN" only',
};

/** The same answer whether there are no credentials or they are wrong in any way. */
const UNKNOWN: Refused = {
  ok: false,
  code: 'unauthorized',
  message: 'this needs a valid token, as "Authorization: Bearer TOKEN", or a sign-in with Cloudflare Access',
};

const READ_ONLY: Refused = {
  ok: false,
  code: 'read_only',
  message: 'this token may only read',
};

const CROSS_SITE: Refused = {
  ok: false,
  code: 'cross_site',
  message: 'a browser sent this on behalf of another site: make changes from Meridian itself or with a token',
};

export async function authorize(
  request: Request,
  env: AdminEnv,
  config: MeridianConfig,
  need: Need,
): Promise<Access> {
  const application = accessApplicationOf(config);
  if (!hasTokens(env) && application === undefined) return OFF;
  if (!(await mayCall(env.ADMIN_RATE_LIMIT, addressOf(request)))) return TOO_MANY;
  if (hasTokenInUrl(request)) return TOKEN_IN_URL;
  const token = bearerTokenOf(request);
  return token === undefined
    ? bySignIn(request, application, need)
    : // A sign-in does not make up for a wrong token: anyone who sends a token wants to act as its bearer.
      byToken(token, env, need);
}

async function byToken(token: string, env: AdminEnv, need: Need): Promise<Access> {
  const grant = await grantOf(token, env);
  if (grant === undefined) return { ...UNKNOWN, reason: 'wrong token' };
  if (grant === 'write') return { ok: true, actor: 'token:admin', mayWrite: true };
  const actor = 'token:read';
  return need === 'write' ? { ...READ_ONLY, actor } : { ok: true, actor, mayWrite: false };
}

async function bySignIn(
  request: Request,
  application: AccessApplication | undefined,
  need: Need,
): Promise<Access> {
  const jwt = accessJwtOf(request);
  if (jwt === undefined) return { ...UNKNOWN, reason: 'no credentials' };
  if (application === undefined) return { ...UNKNOWN, reason: 'Cloudflare Access is not configured' };
  const signIn = await verifyAccessJwt(jwt, application);
  if (!signIn.ok) return { ...UNKNOWN, reason: signIn.reason };
  const { actor } = signIn;
  if (need === 'write' && isCrossSite(request)) return { ...CROSS_SITE, actor };
  return { ok: true, actor, mayWrite: true };
}
