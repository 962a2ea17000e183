// Which tokens of Cloudflare there are, what each is for, and what it must not be able to do; and what `doctor` says of one that it
// has tried. docs/security.md has the same as a table. Pure.

import type { Finding } from '../doctor-findings.ts';

/** Something that a token has no business with, which is only looked at. */
export interface Denied {
  readonly what: string;
  /** Of the account, in Cloudflare's API. */
  readonly path: string;
}

/** `npm run deploy` needs the Workers, the containers, KV and R2. */
export const DEPLOY_TOKEN = {
  name: 'CLOUDFLARE_API_TOKEN',
  denied: [
    { what: "the account's API tokens", path: '/tokens' },
    { what: 'the applications of Cloudflare Access', path: '/access/apps' },
  ] satisfies readonly Denied[],
} as const;

/** `regions state` needs the objects of one bucket. A store of its own may have another key. */
export const STATE_KEYS = ['R2_ACCESS_KEY_ID', 'R2_ACCESS_KEY_ID_FROM', 'R2_ACCESS_KEY_ID_TO'] as const;

/** Time enough to make another one. */
export const SOON_MS = 14 * 86_400_000;

/** What was found out about a token. */
export interface Tried {
  readonly name: string;
  /** Undefined if it could not be asked. */
  readonly status: 'active' | 'disabled' | 'expired' | 'unknown-token' | undefined;
  /** Undefined if it never expires; null if that cannot be seen. */
  readonly expiresOn: string | undefined | null;
  /** What it may do and must not. */
  readonly allowed: readonly string[];
  /** What could not be tried. */
  readonly untried: readonly string[];
}

/** @param now ms since the epoch */
export function tokenFindings(tried: Tried, now: number): readonly Finding[] {
  const { name, status, allowed, untried } = tried;
  if (status === undefined)
    return [{ state: 'note', text: `${name} could not be tried: Cloudflare did not answer` }];
  if (status !== 'active') {
    const what = status === 'unknown-token' ? 'is no token that Cloudflare knows' : `is ${status}`;
    return [{ state: 'fix', text: `${name} ${what}`, fix: 'make another one (docs/security.md)' }];
  }
  const findings = [
    ...allowed.map(
      (what): Finding => ({
        state: 'fix',
        text: `${name} may read ${what}, which it does not need`,
        fix: 'make one with less (docs/security.md), and revoke this one',
      }),
    ),
    ...expiryFindings(tried, now),
    ...(untried.length === 0
      ? []
      : [
          {
            state: 'note',
            text: `${name}: it is not known whether it may read ${untried.join(', ')}`,
          } as const,
        ]),
  ];
  return findings.length > 0
    ? findings
    : [{ state: 'ok', text: `${name} may do no more than it needs, as far as can be seen` }];
}

function expiryFindings({ name, expiresOn }: Tried, now: number): readonly Finding[] {
  if (expiresOn === null) return [];
  if (expiresOn === undefined) {
    const fix = 'make one that ends, in 90 days or so (docs/security.md)';
    return [{ state: 'note', text: `${name} never expires`, fix }];
  }
  const days = Math.floor((Date.parse(expiresOn) - now) / 86_400_000);
  if (Date.parse(expiresOn) - now > SOON_MS) return [];
  const text = `${name} expires in ${days} ${days === 1 ? 'day' : 'days'}`;
  return [{ state: 'fix', text, fix: 'make another one, use it, and let this one end' }];
}
