// The page of the live map at `/`, for browsers. An upgrade there is a NATS client's, whatever else it accepts, and
// programs that ask for no page are told how to connect, as before there was one.

import type { EdgeContext } from './edge-context.ts';

/** Only what this Worker serves itself; nothing inline, and in no frame of another page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

type Handler = (request: Request, edge: EdgeContext) => Response | Promise<Response>;

/** The page for who asks for HTML, where the deployment has one; `otherwise` for everybody else. */
export function pageOr(otherwise: Handler): Handler {
  return (request, edge) => {
    const { headers } = request;
    const wantsPage = !headers.has('upgrade') && headers.get('accept')?.includes('text/html') === true;
    const { ASSETS } = edge.env;
    return wantsPage && ASSETS !== undefined ? page(request, ASSETS) : otherwise(request, edge);
  };
}

async function page({ url }: Request, assets: Pick<Fetcher, 'fetch'>): Promise<Response> {
  const found = await assets.fetch(new Request(new URL('/', url)));
  if (!found.ok)
    return new Response(
      'Meridian runs, but the page of its map was not built: run "npm run map -- build" and start or deploy again.\n',
      { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } },
    );
  const answer = new Response(found.body, found);
  answer.headers.set('content-security-policy', POLICY);
  answer.headers.set('referrer-policy', 'no-referrer');
  answer.headers.set('x-frame-options', 'DENY');
  // Names the files with hashes: an old one after a deploy would name files that are gone.
  answer.headers.set('cache-control', 'no-cache');
  answer.headers.append('vary', 'accept');
  return answer;
}
