// Calls to the Keeper, and the answers for when it fails or there is none.

import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { jetStreamKeeper, type KeeperMethods } from '../jetstream/keeper-stub.ts';
import { messageOf } from '../message-of.ts';

/** Answers with what the Keeper returns: 503 if it fails, or the deployment has none. */
export async function fromKeeper<T>(
  env: Env,
  call: (keeper: KeeperMethods) => Promise<T>,
  answer: (found: T) => Response | Promise<Response>,
): Promise<Response> {
  const keeper = jetStreamKeeper(env);
  if (keeper === undefined) {
    return errorResponse(
      'no_keeper',
      'this deployment has no Keeper, so there is no JetStream: bind JETSTREAM_KEEPER in wrangler.toml',
    );
  }
  let found: T;
  try {
    found = await call(keeper);
  } catch (error) {
    const message = `the Keeper does not answer: ${messageOf(error)}. Look at GET /api/jetstream before you try again`;
    return errorResponse('keeper_unavailable', message);
  }
  return answer(found);
}
