// A client's headers, as its nats-server receives them.

import { PLACE_HEADER } from '../../api/headers.ts';

/** The fields of `request.cf` by which a region counts its clients. */
const PLACE_FIELDS = ['colo', 'country', 'continent', 'isEUCountry', 'latitude', 'longitude'];

/** All that it sent, with its address in `x-forwarded-for`, which it cannot set itself. A new object each time. */
export function forwardedHeaders({ headers: sent }: Pick<Request, 'headers'>): Headers {
  const headers = new Headers(sent);
  const address = headers.get('cf-connecting-ip');
  if (address === null) headers.delete('x-forwarded-for');
  else headers.set('x-forwarded-for', address);
  return headers;
}

/** The same, and where the client is: the region's object counts by it, and a local stack delays by it. */
export function placedHeaders(request: Request): Headers {
  const headers = forwardedHeaders(request);
  headers.set(PLACE_HEADER, JSON.stringify(request.cf ?? {}, PLACE_FIELDS));
  return headers;
}
