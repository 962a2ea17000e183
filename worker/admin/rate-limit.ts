// How often a caller may call the admin endpoints from one address: 60 times a minute, counted by Cloudflare in each of
// its locations (wrangler.toml, ADMIN_RATE_LIMIT). A caller is a token, a user who has signed in, or all whose credentials
// are absent or wrong: these are counted together, so whoever guesses uses up no one else's calls. If the binding is
// absent, nothing is counted.

import { networkOf } from '../../routing/client-network.ts';
import { messageOf } from '../message-of.ts';

/** Calls of one caller from one address in a minute; the same number as in wrangler.toml's entry `ADMIN_RATE_LIMIT`. */
export const CALLS_PER_PERIOD = 60;

/**
 * Counts a call, and returns whether it is within the limit. If the counter fails, the call is allowed: the limit is
 * there to bound what calls cost us, not to control access.
 *
 * @param caller such as `token:admin`, or `anonymous`
 */
export async function mayCall(
  limiter: RateLimit | undefined,
  caller: string,
  address: string,
): Promise<boolean> {
  if (limiter === undefined) return true;
  try {
    return (await limiter.limit({ key: `call ${networkOf(address)} ${caller}` })).success;
  } catch (error) {
    console.warn(`the admin rate limit does not work: ${messageOf(error)}`);
    return true;
  }
}
