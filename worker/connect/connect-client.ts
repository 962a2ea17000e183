// A NATS client: it arrives, is handed over, and its response says which region it was and why.

import { DECISION_HEADER, REGION_COOKIE, REGION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { afterAttempts } from '../../routing/after-attempts.ts';
import type { Decision, FailedAttempt } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { arrive } from './arrive.ts';
import { handOff } from './hand-off.ts';
import { refusalResponse } from './refusal.ts';

/** How long a client should wait before it tries again, when no region took it. */
const RETRY_AFTER_SECONDS = 2;

export async function connectClient(request: Request, edge: EdgeContext): Promise<Response> {
  const { decision, candidates, note } = arrive(request, edge);
  if (decision.refusal !== undefined) return refusalResponse(decision, decision.refusal);
  const handoff = await handOff({ candidates, now: Date.now });
  note(handoff);
  const record = afterAttempts(decision, handoff.ok ? handoff.region : undefined, handoff.failed);
  return handoff.ok
    ? accepted(handoff.response, handoff.region, record)
    : unavailable(record, handoff.failed);
}

function accepted(response: Response, region: string, decision: Decision): Response {
  const headers = new Headers(response.headers);
  headers.set(REGION_HEADER, region);
  headers.set(DECISION_HEADER, compactDecision(decision));
  headers.append('set-cookie', `${REGION_COOKIE}=${region}; Path=/; HttpOnly; SameSite=Lax`);
  return new Response(response.body, { status: response.status, headers, webSocket: response.webSocket });
}

function unavailable(decision: Decision, tried: readonly FailedAttempt[]): Response {
  const message = `no region took the client: ${tried.map(({ region, reason }) => `${region} (${reason})`).join('; ')}`;
  return errorResponse('no_region', message, {
    details: { tried },
    headers: {
      [RETRY_AFTER_HEADER]: String(RETRY_AFTER_SECONDS),
      [DECISION_HEADER]: compactDecision(decision),
    },
  });
}
