// Bearer tokens: reading them from a request, and comparing them with the secrets in constant time.

import type { AdminEnv } from '../env.ts';

/** RFC 6750's header, but a token may have any visible characters: operators choose their tokens freely. */
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Query parameters in which people try to send a token. */
const URL_PARAMETERS: ReadonlySet<string> = new Set(['token', 'access_token']);

/** As long as the digest of the HMAC. */
const HMAC_KEY_BYTES = 32;

/** Whether either token is configured. */
export function hasTokens(env: AdminEnv): boolean {
  return secretOf(env.MERIDIAN_ADMIN_TOKEN) !== undefined || secretOf(env.MERIDIAN_READ_TOKEN) !== undefined;
}

/** The token of `Authorization: Bearer`; undefined if there is none, and for other schemes. */
export function bearerTokenOf(request: Request): string | undefined {
  return BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** Whether the URL carries a token, right or wrong, in a parameter of one of the usual names. */
export function hasTokenInUrl(request: Request): boolean {
  const names = [...new URL(request.url).searchParams.keys()];
  return names.some((name) => URL_PARAMETERS.has(name.toLowerCase()));
}

/** What a token allows. Takes equally long for right and wrong tokens, whichever of the two are configured. */
export async function grantOf(token: string, env: AdminEnv): Promise<'write' | 'read' | undefined> {
  const [mayWrite, mayRead] = await Promise.all([
    isSame(token, secretOf(env.MERIDIAN_ADMIN_TOKEN)),
    isSame(token, secretOf(env.MERIDIAN_READ_TOKEN)),
  ]);
  if (mayWrite) return 'write';
  return mayRead ? 'read' : undefined;
}

/** Trimmed, since a secret that was set from a pipe ends with a line break. An empty one counts as not set. */
function secretOf(value: string | undefined): string | undefined {
  const secret = value?.trim();
  return secret === '' ? undefined : secret;
}

/**
 * Compares in constant time: the platform's own verification compares the MACs of both under a random key that is
 * never disclosed. Unlike workerd's `timingSafeEqual` this is WebCrypto, so the code is the same in workerd and in
 * Node, and it does not reveal lengths either. An absent secret equals nothing.
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
