// Whoever connects: a client of the regions, or one of a session that its request names. Who names none, and everybody
// where there are no sessions, is taken to the regions at once.

import type { EdgeContext } from '../edge-context.ts';
import { extractSessionId } from '../sessions/asked-session.ts';
import { connectClient } from './connect-client.ts';
import { connectSession } from './connect-session.ts';

export function connect(request: Request, edge: EdgeContext): Promise<Response> {
  const isOn = edge.config.sessions.madeBy !== 'nobody';
  return isOn && extractSessionId(request) !== undefined
    ? connectSession(request, edge)
    : connectClient(request, edge);
}
