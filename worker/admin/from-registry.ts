// Calls to the registry of sessions, and the answers for when it fails or there is none.

import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import type { SessionIds } from '../sessions/session-ids.ts';
import { type RegistryMethods, sessionIds, sessionRegistry } from '../sessions/session-stubs.ts';

export async function fromRegistry(
  env: Env,
  answer: (registry: RegistryMethods, ids: SessionIds) => Promise<Response>,
): Promise<Response> {
  const registry = sessionRegistry(env);
  if (registry === undefined) {
    return errorResponse(
      'sessions_off',
      'this deployment has no sessions: bind SESSION_REGISTRY and SESSION_SERVER',
    );
  }
  try {
    return await answer(registry, await sessionIds(env));
  } catch (error) {
    console.error(`the registry of sessions: ${messageOf(error)}`);
    return errorResponse('session_unavailable', 'the registry of sessions does not answer: try again');
  }
}
