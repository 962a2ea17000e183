// The page of the live map at `/`, for browsers, and its files. An upgrade at `/` is a NATS client's, whatever else it accepts,
// and programs that ask for no page are told how to connect.

import { files } from '#map-page';
import type { EdgeContext } from '../edge-context.ts';
import type { PageFile } from './page-file.ts';

/** Only what this Worker serves itself; nothing inline, and in no frame of another page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Names of files have hashes. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

type Handler = (request: Request, edge: EdgeContext) => Response | Promise<Response>;

/** Whether this Worker carries a page. */
export const hasPage = files['/index.html'] !== undefined;

/** The page for who asks for HTML, where the deployment has one; `otherwise` for everybody else. */
export function pageOr(otherwise: Handler): Handler {
  return (request, edge) => {
    const { headers } = request;
    const index = files['/index.html'];
    const wantsPage = !headers.has('upgrade') && headers.get('accept')?.includes('text/html') === true;
    return wantsPage && index !== undefined ? pageOf(index) : otherwise(request, edge);
  };
}

/** One of the page's files; `otherwise` if it has none of this name. */
export function pageFileOr(otherwise: Handler): Handler {
  return (request, edge) => {
    const { pathname } = new URL(request.url);
    const file = Object.hasOwn(files, pathname) ? files[pathname] : undefined;
    if (file === undefined) return otherwise(request, edge);
    return new Response(file.text, { headers: { 'content-type': file.type, 'cache-control': FOR_GOOD } });
  };
}

function pageOf({ text, type }: PageFile): Response {
  return new Response(text, {
    headers: {
      'content-type': type,
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      // Names the files with hashes: an old one after a deploy would name files that are gone.
      'cache-control': 'no-cache',
      vary: 'accept',
    },
  });
}
