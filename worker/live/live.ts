// `GET /api/live`: hands whoever looks to the object of the live map. Other sites' pages may not open it: a browser would
// send the sign-in of its user along.

import { isCrossSite } from '../admin/cross-site.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { upgradeRefusal } from '../upgrade-check.ts';
import { liveView } from './live-stub.ts';

export async function live(request: Request, { env }: EdgeContext): Promise<Response> {
  // What a local stack takes from another port of this machine is decided before (other-sites.ts).
  if (env.MERIDIAN_ONE_MACHINE !== 'true' && isCrossSite(request))
    return errorResponse('cross_site', "another site's page asks: only Meridian's own pages may look");
  if (!wantsEvents(request)) {
    const refused = upgradeRefusal(request);
    if (refused !== undefined)
      return refused.status === UPGRADE_REQUIRED
        ? errorResponse('upgrade_required', 'ask with a WebSocket, or with "Accept: text/event-stream"', {
            headers: { upgrade: 'websocket' },
          })
        : refused;
  }
  const view = liveView(env);
  if (view === undefined)
    return errorResponse(
      'live_unavailable',
      'this deployment has no object LIVE_VIEW: deploy with wrangler.toml as it is',
    );
  const answer = await view.fetch(request);
  // The headers of a fetched answer are immutable.
  return answer.webSocket ? answer : new Response(answer.body, answer);
}

const UPGRADE_REQUIRED = 426;

export function wantsEvents({ headers }: Request): boolean {
  return headers.get('accept')?.includes('text/event-stream') === true;
}
