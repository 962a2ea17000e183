// Whether a browser sends a request on behalf of another site. Access turns its cookie into the signed header even
// when another site's page makes the browser send it, so a JWT proves who is using the browser, but not that they
// intended the request. Bearer tokens need no such check: no browser adds them by itself.

/** What browsers send with requests from Meridian's own pages, and with those that the user made directly. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none']);

/** True if the browser says so, in `Sec-Fetch-Site` or, if it is too old to send that, in `Origin`. */
export function isCrossSite(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return !OWN.has(site);
  const origin = request.headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host;
}
