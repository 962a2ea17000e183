// How often one address may call the admin endpoints: 60 times a minute, counted by Cloudflare in each of its
// locations (wrangler.toml, ADMIN_RATE_LIMIT). Every call counts, with right or wrong credentials, before these are
// checked, so a guess counts as much as a valid call. If the binding is absent, nothing is counted.

import { networkOf } from '../../routing/client-network.ts';
import { messageOf } from '../message-of.ts';

/** Calls from one address in a minute; the same number as in wrangler.toml's entry `ADMIN_RATE_LIMIT`. */
export const CALLS_PER_PERIOD = 60;

/**
 * Counts a call, and returns whether it is within the limit. If the counter fails, the call is allowed: the limit is
 * there to bound what guessing costs us, not to control access.
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
