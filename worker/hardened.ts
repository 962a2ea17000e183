// Headers of every answer that tell browsers to be careful.

/** A year, as long as lists of such sites ask for. Only of this host name: others of the domain are not ours. */
const HSTS = 'max-age=31536000';

/** With headers for browsers. A connection that is handed over stays as it is. */
export function hardened(response: Response, url: string): Response {
  if (response.webSocket) return response;
  response.headers.set('x-content-type-options', 'nosniff');
  if (new URL(url).protocol === 'https:') response.headers.set('strict-transport-security', HSTS);
  return response;
}
