// How often one address may call the admin endpoints: 60 times a minute, right or wrong, counted by Cloudflare in
// each of its locations (wrangler.toml, ADMIN_RATE_LIMIT). Every call counts before its credentials are looked at,
// so guessing costs as much as using. Where the binding is absent, nothing is counted.

import { networkOf } from '../../routing/client-network.ts';
import { messageOf } from '../message-of.ts';

/** Calls from one address in a minute; the number of wrangler.toml's entry `ADMIN_RATE_LIMIT`. */
export const CALLS_PER_PERIOD = 60;

/**
 * Counts a call. Whether it is within the limit. A counter that fails stops nobody: it bounds what guessing costs us,
 * and is not what keeps anybody out.
 */
export async function mayCall(limiter: RateLimit | undefined, address: string): Promise<boolean> {
  if (limiter === undefined) return true;
  try {
    return (await limiter.limit({ key: `call ${networkOf(address)}` })).success;
  } catch (error) {
    console.warn(`the admin rate limit does not work: ${messageOf(error)}`);
    return true;
  }
}
