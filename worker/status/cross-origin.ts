// Any web page may read what anyone may read (CORS), including the headers of the answer. Pages may read nothing else:
// a browser would send a page's request to the admin endpoints with the sign-in of the browser's user.

import {
  DECISION_HEADER,
  FORCE_REGION_HEADER,
  LAST_REGION_HEADER,
  PREFER_REGION_HEADER,
  REGION_HEADER,
  RETRY_AFTER_HEADER,
} from '../../api/headers.ts';
import { PATHS, PUBLIC_PATHS } from '../../api/paths.ts';

const ANSWER_HEADERS = [REGION_HEADER, DECISION_HEADER, RETRY_AFTER_HEADER].join(', ');
const REQUEST_HEADERS = [
  ...[PREFER_REGION_HEADER, FORCE_REGION_HEADER, LAST_REGION_HEADER],
  // Of a sign-in, which a page sends by itself: a browser adds none of it.
  ...['authorization', 'content-type'],
].join(', ');

/** Browsers cache the answer to a preflight for a day at most. */
const PREFLIGHT_MAX_AGE_SECONDS = 86_400;

/** Lets any page read the answer, including errors. */
export function readableByPages(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*');
  response.headers.set('access-control-expose-headers', ANSWER_HEADERS);
  return response;
}

/** The answer to OPTIONS, with which browsers ask for permission before they send the headers of a client. */
export function preflight(allow: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow,
      'access-control-allow-methods': allow,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
    },
  });
}

/** Whether pages may read this path; trailing slashes are ignored, as in the route table. */
export function isPublic(path: string): boolean {
  const own = path.replace(/\/+$/, '');
  return PUBLIC_PATHS.includes(own) || own === PATHS.credentials;
}
