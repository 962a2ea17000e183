// A NATS client of a session: its id is verified here, its credentials by the session's own server.

import { DECISION_HEADER, SESSION_HEADER } from '../../api/headers.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { publicMessageOf } from '../message-of.ts';
import { type AskedSession, extractSessionId } from '../sessions/asked-session.ts';
import { sessionIds, sessionServer } from '../sessions/session-stubs.ts';
import type { Upgrade } from '../upgrade.ts';
import { mayConnect, tooMany } from './connect-limit.ts';
import { placedHeaders } from './forwarded-headers.ts';

const OFF = 'sessions are off: `sessions.madeBy` in the configuration is `nobody`';

const UNKNOWN = 'there is no such session: ask for it again with POST /api/containers';

/** The longest id that is shown in the record. */
const MAX_ID_CHARS = 63;

export async function connectSession(upgrade: Upgrade, edge: EdgeContext): Promise<Response> {
  const { env, config, version } = edge;
  if (config.sessions.madeBy === 'nobody') return errorResponse('sessions_off', OFF);
  const { CONNECT_RATE_LIMIT: limiter } = env;
  if (limiter !== undefined && !(await mayConnect(upgrade, limiter))) return tooMany();
  const asked = extractSessionId(upgrade);
  if (asked === undefined) return errorResponse('no_such_session', UNKNOWN);
  const record = `v=${version};session-by=${asked.by}`;
  const answer = await answerOf(upgrade, edge, asked);
  const headers = new Headers(answer.headers);
  headers.set(DECISION_HEADER, record);
  if (answer.status === 101) headers.set(SESSION_HEADER, asked.id.slice(0, MAX_ID_CHARS));
  const { status, body, webSocket } = answer;
  return new Response(body, { status, headers, webSocket });
}

async function answerOf(upgrade: Upgrade, { env }: EdgeContext, { id, by }: AskedSession): Promise<Response> {
  try {
    // An id that is none reaches no object.
    if (!(await (await sessionIds(env)).has(id))) {
      return errorResponse('no_such_session', `${UNKNOWN} (its id came by ${by})`);
    }
    const { signal } = upgrade;
    const init = { headers: placedHeaders(upgrade), signal };
    return await sessionServer(env, id).fetch(new Request('http://session/', init));
  } catch (error) {
    const reason = publicMessageOf(error, 'the connection to it was lost', 'a session cannot be reached');
    return errorResponse('session_unavailable', `the session cannot be reached: ${reason}`);
  }
}
