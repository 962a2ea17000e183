// `GET /api/live`: what the map shows, as it changes, over a WebSocket or as server-sent events. The object that looks has
// the connection from then on.

import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { upgradeRefusal } from '../upgrade-check.ts';
import { levelOf } from './level.ts';
import { ADDRESS_HEADER, liveView, SIGN_IN_HEADER } from './live-stub.ts';

const EVENTS = 'text/event-stream';

export async function live(request: Request, edge: EdgeContext): Promise<Response> {
  const object = liveView(edge.env);
  if (object === undefined) {
    return errorResponse(
      'not_found',
      'this deployment tells nothing live: bind LIVE in wrangler.toml, or ask /api/regions',
    );
  }
  if (isFromElsewhere(request)) {
    return errorResponse('cross_site', "only Meridian's own page may look here, and programs");
  }
  const isUpgrade = request.headers.has('upgrade');
  const refusal = isUpgrade ? upgradeRefusal(request) : notEvents(request);
  if (refusal !== undefined) return refusal;
  const level = await levelOf(request, edge.env, edge.config);
  // Over a WebSocket a browser says its token in the first message.
  if (typeof level !== 'string' && (!isUpgrade || level.code === 'unauthorized'))
    return errorResponse('unauthorized', level.message);
  const headers = new Headers(isUpgrade ? { upgrade: 'websocket' } : { accept: EVENTS });
  if (typeof level === 'string') headers.set(SIGN_IN_HEADER, level);
  const address = request.headers.get(ADDRESS_HEADER);
  if (address !== null) headers.set(ADDRESS_HEADER, address);
  const response = await object.fetch('http://live/', { headers, signal: request.signal });
  // The headers of a fetched response are immutable.
  return response.webSocket ? response : new Response(response.body, response);
}

/** A page of another site: what a browser sends along, a sign-in for one, is not meant for it. */
function isFromElsewhere({ url, headers }: Request): boolean {
  const origin = headers.get('origin');
  return origin !== null && URL.parse(origin)?.host !== new URL(url).host;
}

function notEvents({ headers }: Request): Response | undefined {
  return headers.get('accept')?.includes(EVENTS)
    ? undefined
    : errorResponse('upgrade_required', `ask for an upgrade to WebSocket, or for "Accept: ${EVENTS}"`);
}
