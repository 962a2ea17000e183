// Whether a browser sends a request on behalf of another site. Access turns its cookie into the signed header also
// when another site's page makes the browser send it, so a JWT proves who is at the browser but not that they meant
// it. Bearer tokens need no such check: no browser adds them by itself.

/** What browsers say of a request from Meridian's own pages, and of one that the person made by hand. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none']);

/** True when the browser says so, by `Sec-Fetch-Site` or, where it is too old for that, by `Origin`. */
export function isCrossSite(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return !OWN.has(site);
  const origin = request.headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host;
}
