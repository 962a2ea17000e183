// What somebody who looks at the live map may see, and whether that is still so.

import type { LiveLevel, LiveRefusal } from '../../api/live.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { adminTokensOf } from '../admin/admin-tokens.ts';
import { authorize } from '../admin/authorize.ts';
import type { AdminEnv } from '../env.ts';

/** A sign-in with Cloudflare Access is asked for again after so long: the page then connects again by itself. */
export const SIGN_IN_VALID_MS = 10 * 60_000;

/** What one who looks was allowed. Kept with the socket, so that it outlives the object's sleep. */
export interface Allowed {
  readonly level: LiveLevel;
  /** Of the token; the token itself is kept nowhere. */
  readonly digest?: string;
  /** ms since the epoch. */
  readonly until?: number;
}

/** Who asks with this request: its token, or its sign-in, or neither. */
export async function allowedBy(
  request: Request,
  env: AdminEnv,
  config: MeridianConfig,
): Promise<Allowed | LiveRefusal> {
  const token = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const hasSignIn = request.headers.has('cf-access-jwt-assertion');
  if (token === undefined && !hasSignIn) return forPublic(config);
  const access = await authorize(request, env, config, 'read');
  if (!access.ok) return token === undefined ? forPublic(config) : refusal('unauthorized', access.message);
  const level = access.mayWrite ? 'admin' : 'reader';
  return token === undefined
    ? { level, until: Date.now() + SIGN_IN_VALID_MS }
    : { level, digest: await digestOf(token) };
}

/** Why it is no longer allowed; undefined while it is. */
export async function noLongerAllowed(
  { level, digest }: Allowed,
  env: AdminEnv,
  config: MeridianConfig,
): Promise<LiveRefusal | undefined> {
  if (level === 'public') {
    const now = forPublic(config);
    return 'kind' in now ? now : undefined;
  }
  if (digest === undefined) return undefined;
  return (await digestsOf(env)).has(digest)
    ? undefined
    : refusal('unauthorized', 'the token is valid no longer: sign in with another one');
}

export function refusal(code: LiveRefusal['code'], message: string): LiveRefusal {
  return { kind: 'refused', code, message };
}

function forPublic({ admin }: MeridianConfig): Allowed | LiveRefusal {
  return admin.regionsShownTo === 'readers'
    ? refusal(
        'regions_hidden',
        'regions are shown only to those with a token or a sign-in (admin.regionsShownTo)',
      )
    : { level: 'public' };
}

/** Once for an environment: a secret that is changed comes with another one. */
const digests = new WeakMap<AdminEnv, Promise<ReadonlySet<string>>>();

function digestsOf(env: AdminEnv): Promise<ReadonlySet<string>> {
  const known = digests.get(env);
  if (known !== undefined) return known;
  const all = adminTokensOf(env).tokens.map(({ token }) => digestOf(token));
  const found = Promise.all(all).then((each) => new Set(each));
  digests.set(env, found);
  return found;
}

async function digestOf(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
