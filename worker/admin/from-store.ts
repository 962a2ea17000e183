// Calls to the ConfigStore, and the answers for when it fails or there is none.

import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';

/**
 * Answers with what the store returns. Only a failure of the store is a 503; an error while handling its answer is a
 * bug, which the router reports.
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

/** The answer to an edit if the deployment has no ConfigStore. */
export function noStore(): Response {
  return errorResponse(
    'no_store',
    'this deployment has no ConfigStore, so nothing can be changed live: bind CONFIG_STORE in wrangler.toml',
  );
}
