// A client's headers, as its nats-server receives them.

import { PLACE_HEADER } from '../../api/headers.ts';
import type { ClientPlace } from '../region/traffic-tally.ts';
import type { Upgrade } from '../upgrade.ts';

/** All that it sent, with its address in `x-forwarded-for`, which it cannot set itself. A new object each time. */
export function forwardedHeaders({ headers: sent }: Pick<Request, 'headers'>): Headers {
  const headers = new Headers(sent);
  const address = headers.get('cf-connecting-ip');
  if (address === null) headers.delete('x-forwarded-for');
  else headers.set('x-forwarded-for', address);
  return headers;
}

/** The same, and where the client is: the region's object counts by it, and a local stack delays by it. */
export function placedHeaders(upgrade: Pick<Upgrade, 'headers' | 'cf'>): Headers {
  const headers = forwardedHeaders(upgrade);
  const { cf = {} } = upgrade;
  const { colo, country, continent, isEUCountry, latitude, longitude } = cf as ClientPlace;
  const place = { colo, country, continent, isEUCountry, latitude, longitude };
  headers.set(PLACE_HEADER, JSON.stringify(place));
  return headers;
}
