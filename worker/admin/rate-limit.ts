// How often one address may call the admin endpoints: 60 times a minute, right or wrong, counted by Cloudflare in
// each of its locations (wrangler.toml, ADMIN_RATE_LIMIT). Every call counts before its credentials are looked at,
// so guessing costs as much as using. Where the binding is absent, nothing is counted.

import { messageOf } from '../message-of.ts';
import { networkOf } from './address.ts';
import { CALLS_PER_PERIOD } from './admin-env.ts';

/** Counts a call. Whether it is within the limit. */
export function mayCall(limiter: RateLimit | undefined, address: string): Promise<boolean> {
  return count(limiter, { key: `call ${networkOf(address)}` });
}

/**
 * Whether a call beyond the limit is the first one that deserves a line in the audit log in this period. The others
 * don't: they would let anybody who can send requests fill the log. Each answer takes the whole of a counter.
 */
export function isFirstBeyond(limiter: RateLimit | undefined, address: string): Promise<boolean> {
  return count(limiter, { key: `beyond ${networkOf(address)}`, delta: CALLS_PER_PERIOD });
}

/** A counter that fails stops nobody: it bounds what guessing costs us, and is not what keeps anybody out. */
async function count(limiter: RateLimit | undefined, options: RateLimitOptions): Promise<boolean> {
  if (limiter === undefined) return true;
  try {
    return (await limiter.limit(options)).success;
  } catch (error) {
    console.warn(`the admin rate limit does not work: ${messageOf(error)}`);
    return true;
  }
}
