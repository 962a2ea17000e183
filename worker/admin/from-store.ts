// Calls to the ConfigStore, and what is answered when it fails or is not there.

import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';

/**
 * Answers with what the store says. Only a store that fails is 503; what goes wrong with its answer is a bug, and the
 * router's to report.
 */
export async function fromStore<T>(
  call: () => Promise<T>,
  answer: (found: T) => Response | Promise<Response>,
): Promise<Response> {
  let found: T;
  try {
    found = await call();
  } catch (error) {
    const message = `the ConfigStore does not answer: ${messageOf(error)}. Clients are routed all the same; look at GET /api/config before you try again`;
    return errorResponse('store_unavailable', message);
  }
  return answer(found);
}

/** For an edit that a deployment without a ConfigStore can do nothing for. */
export function noStore(): Response {
  return errorResponse(
    'no_store',
    'this deployment has no ConfigStore, so nothing can be changed live: bind CONFIG_STORE in wrangler.toml',
  );
}
