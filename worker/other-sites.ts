// On one machine (`npm start`) the servers let anyone in who reaches them, and whoever uses a browser there reaches them with
// every page that he opens: a page may open WebSockets anywhere, and a name of its own site may lead to 127.0.0.1 (DNS
// rebinding). So requests of pages that do not come from this machine are refused there.

import type { Env } from './env.ts';
import { errorResponse } from './error-response.ts';

/** 127.0.0.0/8, and the names that browsers always take for this machine. */
const THIS_MACHINE = /^(?:127(?:\.\d+){3}|\[::1\]|localhost|[^.]+(?:\.[^.]+)*\.localhost)$/;

/** Addresses of this machine as nearly all are written; the others are parsed. */
const PLAINLY_HERE = /^https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(?:\/|$)/;

/** A refusal of what another site's page makes a browser send to the local stack; undefined otherwise. */
export function refuseOtherSites(
  { url, headers }: Pick<Request, 'url' | 'headers'>,
  { MERIDIAN_ONE_MACHINE }: Pick<Env, 'MERIDIAN_ONE_MACHINE'>,
): Response | undefined {
  if (MERIDIAN_ONE_MACHINE !== 'true') return undefined;
  const origin = headers.get('origin');
  if (!isHere(url)) return refusal(`it was sent to ${new URL(url).host}`);
  return origin === null || isHere(origin) ? undefined : refusal(`its Origin is ${origin.slice(0, 100)}`);
}

/** Sandboxed pages, of any site, have the origin `null`. */
function isHere(url: string): boolean {
  return PLAINLY_HERE.test(url) || THIS_MACHINE.test(URL.parse(url)?.hostname ?? '');
}

function refusal(why: string): Response {
  return errorResponse(
    'cross_site',
    `${why}, and a local stack takes only what is sent to this machine by its own pages and programs: use http://127.0.0.1 or http://localhost`,
  );
}
