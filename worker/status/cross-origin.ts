// What anyone may read may be read by any page of the web (CORS), with what its headers say. Nothing else may: a browser
// would send a page's request to the admin endpoints with the sign-in of whoever sits there.

import {
  DECISION_HEADER,
  FORCE_REGION_HEADER,
  LAST_REGION_HEADER,
  PREFER_REGION_HEADER,
  REGION_HEADER,
  RETRY_AFTER_HEADER,
} from '../../api/headers.ts';
import { PUBLIC_PATHS } from '../../api/paths.ts';

const ANSWER_HEADERS = [REGION_HEADER, DECISION_HEADER, RETRY_AFTER_HEADER].join(', ');
const REQUEST_HEADERS = [PREFER_REGION_HEADER, FORCE_REGION_HEADER, LAST_REGION_HEADER].join(', ');

/** Browsers keep what a preflight was answered no longer than a day. */
const PREFLIGHT_MAX_AGE_SECONDS = 86_400;

/** Lets any page read the answer, whatever it is. */
export function readableByPages(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*');
  response.headers.set('access-control-expose-headers', ANSWER_HEADERS);
  return response;
}

/** The answer to OPTIONS, with which browsers ask before they send the headers of a client. */
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

/** Whether a path is open to pages; as in the route table, slashes at its end say nothing. */
export function isPublic(path: string): boolean {
  return PUBLIC_PATHS.includes(path.replace(/\/+$/, ''));
}
