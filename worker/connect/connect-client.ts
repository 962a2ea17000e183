// A NATS client: decide, hand over, and say in the response which region it was and why.

import { DECISION_HEADER, REGION_COOKIE, REGION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { afterAttempts } from '../../routing/after-attempts.ts';
import type { Decision, FailedAttempt } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { PLACE_HEADER } from '../region/place-header.ts';
import { regionStub } from '../region/region-stub.ts';
import { decide, noteHandoff } from './decide.ts';
import { handOff } from './hand-off.ts';
import { refusalResponse } from './refusal.ts';
import { routingRequestOf } from './routing-request.ts';

/** What of `request.cf` a region counts its clients by. */
const PLACE_FIELDS = ['colo', 'country', 'continent', 'isEUCountry', 'latitude', 'longitude'];

/** How long a client should wait before it tries again, when no region took it. */
const RETRY_AFTER_SECONDS = 2;

export async function connectClient(request: Request, edge: EdgeContext): Promise<Response> {
  const { env, plan } = edge;
  const asked = routingRequestOf(request);
  const decision = decide(asked, edge);
  if (decision.refusal !== undefined) return refusalResponse(decision, decision.refusal);
  const upgrade = upgradeRequest(request, asked.cf);
  const handoff = await handOff({
    candidates: decision.candidates,
    now: Date.now,
    dial: (id, signal) => {
      const region = plan.regions.find((each) => each.id === id);
      if (region === undefined) throw new Error(`region ${id} is not in the configuration`);
      return regionStub(env, region.config).fetch(new Request(upgrade, { signal }));
    },
  });
  noteHandoff(asked, handoff);
  const record = afterAttempts(decision, handoff.ok ? handoff.region : undefined, handoff.failed);
  if (!handoff.ok) return unavailable(record, handoff.failed);
  const { response, region } = handoff;
  const headers = new Headers(response.headers);
  headers.set(REGION_HEADER, region);
  headers.set(DECISION_HEADER, compactDecision(record));
  headers.append('set-cookie', `${REGION_COOKIE}=${region}; Path=/; HttpOnly; SameSite=Lax`);
  return new Response(response.body, { status: response.status, headers, webSocket: response.webSocket });
}

/** The client's request as its region's server gets it: the same upgrade, with the address it came from. */
function upgradeRequest(request: Request, cf: unknown): Request {
  const headers = new Headers(request.headers);
  headers.set(PLACE_HEADER, JSON.stringify(cf ?? {}, PLACE_FIELDS));
  const address = headers.get('cf-connecting-ip');
  if (address === null) headers.delete('x-forwarded-for');
  else headers.set('x-forwarded-for', address);
  return new Request('http://nats-region/', { headers });
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
