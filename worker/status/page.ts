// The page of the map: `GET /` of a browser, and the files that it loads, which are the Worker's static assets (map/dist). The
// Worker stands before them, since an upgrade at `/` is a NATS client.

import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';

/** No script, style or address but Meridian's own; nothing inline; in no frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The name of such a file has a hash of its content in it. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Whether a page is wanted rather than a connection: browsers say so, clients of NATS ask for an upgrade. */
export function wantsPage({ headers }: Request): boolean {
  return headers.get('upgrade') === null && headers.get('accept')?.includes('text/html') === true;
}

/** The page. */
export async function page(request: Request, { env }: EdgeContext): Promise<Response> {
  const found = await assetOf(request, env.ASSETS, '/');
  if (found === undefined) {
    return errorResponse(
      'upgrade_required',
      'connect a NATS client here, over WebSocket. The page of the map was not deployed: npm run map -- build',
    );
  }
  return withHeaders(found, {
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  });
}

/** One of the files that the page loads. */
export async function pageFile(request: Request, { env }: EdgeContext): Promise<Response> {
  const { pathname } = new URL(request.url);
  const found = await assetOf(request, env.ASSETS, pathname);
  return found === undefined
    ? errorResponse(
        'not_found',
        `nothing at ${request.method} ${pathname}: reload the page, it may be of an earlier deployment`,
      )
    : withHeaders(found, { 'cache-control': FOREVER });
}

async function assetOf(
  { url }: Request,
  assets: EdgeContext['env']['ASSETS'],
  path: string,
): Promise<Response | undefined> {
  const found = await assets?.fetch(new URL(path, url));
  if (found?.ok) return found;
  await found?.body?.cancel();
  return undefined;
}

function withHeaders(found: Response, headers: Readonly<Record<string, string>>): Response {
  const response = new Response(found.body, found);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
