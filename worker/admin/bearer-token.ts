// Bearer tokens: reading them from a request, and comparing them with the secrets in constant time.

import type { AdminToken } from './admin-tokens.ts';

/** RFC 6750's header, but a token may have any visible characters: operators choose their tokens freely. */
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Query parameters in which people try to send a token. */
const URL_PARAMETERS: ReadonlySet<string> = new Set(['token', 'access_token']);

/** As long as the digest of the HMAC. */
const HMAC_KEY_BYTES = 32;

/** The token of `Authorization: Bearer`; undefined if there is none, and for other schemes. */
export function bearerTokenOf(request: Request): string | undefined {
  return BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** Whether the URL carries a token, right or wrong, in a parameter of one of the usual names. */
export function hasTokenInUrl(request: Request): boolean {
  const names = [...new URL(request.url).searchParams.keys()];
  return names.some((name) => URL_PARAMETERS.has(name.toLowerCase()));
}

/** Which of the tokens it is. Takes equally long for right and wrong ones. Of two that are the same, the first. */
export async function tokenLike(
  given: string,
  tokens: readonly AdminToken[],
): Promise<AdminToken | undefined> {
  const same = await Promise.all(tokens.map(({ token }) => isSame(given, token)));
  return tokens.find((_, index) => same[index]);
}

/**
 * Compares in constant time: the platform's own verification compares the MACs of both under a random key that is
 * never disclosed. Unlike workerd's `timingSafeEqual` this is WebCrypto, so the code is the same in workerd and in
 * Node, and it does not reveal lengths either.
 */
async function isSame(given: string, secret: string): Promise<boolean> {
  const encoder = new TextEncoder();
  const raw = crypto.getRandomValues(new Uint8Array(HMAC_KEY_BYTES));
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(secret));
  return crypto.subtle.verify('HMAC', key, mac, encoder.encode(given));
}
