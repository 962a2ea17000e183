// A NATS client: it arrives, is handed over, and its response says which region took it and why.

import type { Door } from '../../api/doors.ts';
import { DECISION_HEADER, REGION_COOKIE, REGION_HEADER, RETRY_AFTER_HEADER } from '../../api/headers.ts';
import { afterAttempts } from '../../routing/after-attempts.ts';
import type { Decision, FailedAttempt } from '../../routing/decision.ts';
import { compactDecision } from '../../routing/decision-text.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { deleteMembersHeaders } from '../region/members-header.ts';
import type { Upgrade } from '../upgrade.ts';
import { arrive } from './arrive.ts';
import { mayConnect, tooMany } from './connect-limit.ts';
import { type Handoff, handOff, type Miss } from './hand-off.ts';
import { refusalResponse } from './refusal.ts';
import { retryAfter } from './retry-after.ts';
import { serverCookie } from './routing-request.ts';
import { noteVisit } from './visit-counts.ts';

/** Takes a client, or what comes through another door, to the best region that takes it. */
export async function connectClient(
  upgrade: Upgrade,
  edge: EdgeContext,
  door: Door = 'nats',
): Promise<Response> {
  const cameAt = Date.now();
  const { CONNECT_RATE_LIMIT: limiter } = edge.env;
  if (limiter !== undefined && !(await mayConnect(upgrade, limiter))) {
    noteVisit(upgrade, edge, { refusal: 'rate_limited', cameAt });
    return tooMany();
  }
  const visit = await arrive(upgrade, edge, door);
  const { decision } = visit.decided;
  const { refusal } = decision;
  if (refusal !== undefined) {
    noteVisit(upgrade, edge, { decision, refusal: refusal.name, cameAt });
    return refusalResponse(decision, refusal);
  }
  const { taken, missed, leftBehind } = await handOff({ ...visit, now: Date.now, signal: upgrade.signal });
  if (leftBehind !== undefined) edge.background('attempts left behind', leftBehind);
  const record = afterAttempts(decision, taken?.region, missed.map(attemptOf));
  if (taken === undefined) {
    noteVisit(upgrade, edge, { decision: record, missed, refusal: 'no-region', cameAt });
    return unavailable(record, missed);
  }
  noteVisit(upgrade, edge, { decision: record, missed, cameAt });
  const text = record === decision ? visit.decided.text : compactDecision(record);
  return accepted(upgrade, taken, text, visit.numberOf(taken.response));
}

function attemptOf({ region, reason, ms }: Miss): FailedAttempt {
  return { region, reason, ms };
}

function accepted(
  { url }: Upgrade,
  { response, region }: NonNullable<Handoff['taken']>,
  decision: string,
  number: number | undefined,
): Response {
  const answer = new Response(response.body, response);
  const { headers } = answer;
  deleteMembersHeaders(headers);
  headers.set(REGION_HEADER, region);
  headers.set(DECISION_HEADER, decision);
  // Without TLS, as on one machine, a browser would not keep a cookie that is Secure.
  const secure = url.startsWith('https:') ? '; Secure' : '';
  const last = serverCookie(region, number);
  headers.append('set-cookie', `${REGION_COOKIE}=${last}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  return answer;
}

/** If every region has newer rules than the decision, and they forbid serving the client, no retry helps. */
function unavailable(decision: Decision, missed: readonly Miss[]): Response {
  const isForbidden = missed.length > 0 && missed.every(({ code }) => code === 'residency');
  const reasons = missed.map(({ region, reason }) => `${region} (${reason})`).join('; ');
  return errorResponse(isForbidden ? 'residency' : 'no_region', `no region took the client: ${reasons}`, {
    details: { tried: missed.map(attemptOf) },
    headers: {
      ...(!isForbidden && { [RETRY_AFTER_HEADER]: retryAfter() }),
      [DECISION_HEADER]: compactDecision(decision),
    },
  });
}
