// Bearer tokens: reading them from a request, and comparing them with the secrets in constant time.

import type { AdminEnv } from '../env.ts';

/** RFC 6750's header with a token of any visible characters: operators choose them freely. */
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Query parameters by which people try to hand over a token. */
const URL_PARAMETERS: ReadonlySet<string> = new Set(['token', 'access_token']);

/** As long as the digest that it keys. */
const HMAC_KEY_BYTES = 32;

/** Whether either token is configured. */
export function hasTokens(env: AdminEnv): boolean {
  return secretOf(env.MERIDIAN_ADMIN_TOKEN) !== undefined || secretOf(env.MERIDIAN_READ_TOKEN) !== undefined;
}

/** The token of `Authorization: Bearer`; absent when there is none, and for other schemes. */
export function bearerTokenOf(request: Request): string | undefined {
  return BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** Whether the URL carries a token, right or wrong, in a parameter of one of the usual names. */
export function hasTokenInUrl(request: Request): boolean {
  const names = [...new URL(request.url).searchParams.keys()];
  return names.some((name) => URL_PARAMETERS.has(name.toLowerCase()));
}

/** What a token is good for. Takes as long for a right one as for a wrong one, whichever token is configured. */
export async function grantOf(token: string, env: AdminEnv): Promise<'write' | 'read' | undefined> {
  const [mayWrite, mayRead] = await Promise.all([
    isSame(token, secretOf(env.MERIDIAN_ADMIN_TOKEN)),
    isSame(token, secretOf(env.MERIDIAN_READ_TOKEN)),
  ]);
  if (mayWrite) return 'write';
  return mayRead ? 'read' : undefined;
}

/** A secret that was set from a pipe ends with a line break; one that is empty lets nobody in. */
function secretOf(value: string | undefined): string | undefined {
  const secret = value?.trim();
  return secret === '' ? undefined : secret;
}

/**
 * Compares in constant time: the MACs of both under a key that nobody else knows, compared by the platform's own
 * verification. Unlike workerd's `timingSafeEqual` that is WebCrypto, so it is the same code in workerd and in Node,
 * and the lengths don't show either. An absent secret equals nothing.
 */
async function isSame(given: string, secret: string | undefined): Promise<boolean> {
  const encoder = new TextEncoder();
  const raw = crypto.getRandomValues(new Uint8Array(HMAC_KEY_BYTES));
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(secret ?? ''));
  const isEqual = await crypto.subtle.verify('HMAC', key, mac, encoder.encode(given));
  return isEqual && secret !== undefined;
}
