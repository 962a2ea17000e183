// Which session a client asks for, if any: `extractSessionId`. Pure; it reads headers and the URL, and nothing is looked up.

import { SESSION_COOKIE, SESSION_HEADER, SESSION_PARAMETER } from '../../api/headers.ts';
import { isIdLike } from './session-ids.ts';

/** How a client names a session, in the order in which they count. */
export const ASKED_BY = ['path', 'header', 'query', 'cookie', 'host'] as const;

export interface AskedSession {
  /** As the client gave it: it may be none at all. */
  readonly id: string;
  readonly by: (typeof ASKED_BY)[number];
}

/** `/nats/ID/connect`, and what else there is of a session. */
const PATH = /^\/nats\/([^/]+)\/[^/]+\/?$/;

/** Undefined if the client asks for none. */
export function extractSessionId({
  url,
  headers,
}: Pick<Request, 'url' | 'headers'>): AskedSession | undefined {
  const { pathname, searchParams, hostname } = new URL(url);
  const [, inPath] = PATH.exec(pathname) ?? [];
  if (inPath !== undefined) return { id: inPath, by: 'path' };
  const inHeader = headers.get(SESSION_HEADER)?.trim();
  if (inHeader) return { id: inHeader, by: 'header' };
  const inQuery = searchParams.get(SESSION_PARAMETER);
  if (inQuery) return { id: inQuery, by: 'query' };
  const inCookie = cookieOf(headers);
  if (inCookie) return { id: inCookie, by: 'cookie' };
  const [label = ''] = hostname.split('.', 1);
  return isIdLike(label) ? { id: label, by: 'host' } : undefined;
}

/** An id is signed, so the cookie needs no signature of its own. Its value may be in quotes (RFC 6265, 4.1.1). */
function cookieOf(headers: Headers): string | undefined {
  const prefix = `${SESSION_COOKIE}=`;
  return headers
    .get('cookie')
    ?.split(';')
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length)
    .replace(/^"(.*)"$/, '$1');
}
