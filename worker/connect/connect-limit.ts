// How often one address may ask for a connection: counted by Cloudflare in each of its locations (wrangler.toml,
// CONNECT_RATE_LIMIT), before a region is chosen, so that what is too much costs a region nothing. If the binding is
// absent, nothing is counted.

import { RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { networkOf } from '../../routing/client-network.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';

/** Set by Cloudflare, which discards what the client sends under this name. */
const ADDRESS_HEADER = 'cf-connecting-ip';

/** The same as in wrangler.toml's entry `CONNECT_RATE_LIMIT`. */
const PERIOD_SECONDS = 10;

/** Counts a handshake. If the counter fails, nobody is refused: regions have limits of their own. */
export async function mayConnect(
  { headers }: Pick<Request, 'headers'>,
  limiter: RateLimit,
): Promise<boolean> {
  const address = headers.get(ADDRESS_HEADER);
  if (address === null) return true;
  try {
    return (await limiter.limit({ key: `connect ${networkOf(address)}` })).success;
  } catch (error) {
    console.warn(`the rate limit of connections does not work: ${messageOf(error)}`);
    return true;
  }
}

/** The answer to one too many. */
export function tooMany(): Response {
  const message = `too many connections from this address: wait ${PERIOD_SECONDS} seconds`;
  return errorResponse('rate_limited', message, {
    headers: { [RETRY_AFTER_HEADER]: String(PERIOD_SECONDS) },
  });
}
