// Who may use the admin endpoints: the bearer of a token, or a user who has signed in with Cloudflare Access. If
// neither is configured, admin is off for everyone. Never throws, and does not tell the client why credentials are
// wrong: that goes to the audit log.

import type { ErrorCode } from '../../api/errors.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import type { AdminEnv } from '../env.ts';
import { type AccessApplication, accessApplicationOf, accessJwtOf, verifyAccessJwt } from './access-jwt.ts';
import { addressOf } from './address.ts';
import { type AdminSecret, type AdminToken, adminTokensOf } from './admin-tokens.ts';
import { bearerTokenOf, hasTokenInUrl, tokenLike } from './bearer-token.ts';
import { isCrossSite } from './cross-site.ts';
import { mayCall } from './rate-limit.ts';

/** `read` only looks at something, `write` changes something, `write-own` changes what is the caller's own. */
export type Need = 'read' | 'write' | 'write-own';

export interface Granted {
  readonly ok: true;
  /** Such as `token:admin`, `token:admin:ann`, `token:read`, `access:ada@example.com`. */
  readonly actor: string;
  readonly mayWrite: boolean;
  /** Where its token is; absent for who has signed in. */
  readonly secret?: AdminSecret;
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

const UNUSABLE: Refused = {
  ...OFF,
  message: 'admin is off: a token is configured, but it cannot be used; the log of the Worker says why',
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

/** So that a problem is not logged with each call. One per isolate. */
const told = new Set<string>();

/**
 * Calls are counted once it is known who makes them: those of a token or a user for themselves, all others by their
 * address. So nobody is refused because of what others do at the same address.
 */
export async function authorize(
  request: Request,
  env: AdminEnv,
  config: MeridianConfig,
  need: Need,
): Promise<Access> {
  const application = accessApplicationOf(config);
  const { tokens, problems } = adminTokensOf(env);
  for (const problem of problems) {
    if (!told.has(problem)) console.error(`an admin token is not used: ${problem} (docs/security.md)`);
    told.add(problem);
  }
  if (tokens.length === 0 && application === undefined) return problems.length === 0 ? OFF : UNUSABLE;
  const access = await accessOf(request, tokens, application, need);
  const caller = access.actor ?? 'anonymous';
  if (await mayCall(env.ADMIN_RATE_LIMIT, caller, addressOf(request))) return access;
  return access.actor === undefined ? TOO_MANY : { ...TOO_MANY, actor: access.actor };
}

async function accessOf(
  request: Request,
  tokens: readonly AdminToken[],
  application: AccessApplication | undefined,
  need: Need,
): Promise<Access> {
  if (hasTokenInUrl(request)) return TOKEN_IN_URL;
  const token = bearerTokenOf(request);
  return token === undefined
    ? bySignIn(request, application, need)
    : // A sign-in does not make up for a wrong token: anyone who sends a token wants to act as its bearer.
      byToken(token, tokens, need);
}

async function byToken(given: string, tokens: readonly AdminToken[], need: Need): Promise<Access> {
  const token = await tokenLike(given, tokens);
  if (token === undefined) return { ...UNKNOWN, reason: 'wrong token' };
  const { grant, actor, secret } = token;
  if (grant === 'write') return { ok: true, actor, mayWrite: true, secret };
  return need === 'write' ? { ...READ_ONLY, actor } : { ok: true, actor, mayWrite: false, secret };
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
  if (need !== 'read' && isCrossSite(request)) return { ...CROSS_SITE, actor };
  return { ok: true, actor, mayWrite: true };
}
