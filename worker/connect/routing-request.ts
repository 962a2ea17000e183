// What the decision reads from an HTTP request: where it entered, who the client is, and what it asks for. All of it
// may be absent, absurd or hostile; whatever cannot be used is left out and noted by the decision.

import {
  FORCE_REGION_HEADER,
  LAST_REGION_HEADER,
  PREFER_REGION_HEADER,
  REGION_COOKIE,
} from '../../api/headers.ts';
import type { RoutingRequest } from '../../routing/optimal-region.ts';
import type { Upgrade } from '../upgrade.ts';
import { regionByName } from './region-by-name.ts';

/** Ids are at most 32 characters; a list of all regions fits in this, 10 kB of junk does not. */
const MAX_PIN_CHARACTERS = 1_000;
const MAX_PINS = 16;

const PLACE_PARAMETERS = ['colo', 'lat', 'lon', 'country', 'continent'] as const;

/**
 * Reads a client's request. `?region=`, `x-nats-prefer-region` and a name below one of the domains (routing.pinDomains)
 * prefer, in this order; `x-nats-force-region` forces.
 */
export function routingRequestOf(
  { headers, url, cf }: Omit<Upgrade, 'signal'>,
  pinDomains: readonly string[],
): RoutingRequest {
  // Most addresses ask for nothing, and to parse one costs more than the decision.
  const address = url.includes('?') || pinDomains.length > 0 ? new URL(url) : undefined;
  const byQuery = pinsOf(address?.searchParams.get('region') ?? null);
  const byHeader = pinsOf(headers.get(PREFER_REGION_HEADER));
  const byName = address && regionByName(address.hostname, pinDomains);
  const [forced, ...alsoForced] = pinsOf(headers.get(FORCE_REGION_HEADER)).ids;
  const notes = [
    ...noteOf(byQuery, '?region='),
    ...noteOf(byHeader, PREFER_REGION_HEADER),
    ...(alsoForced.length > 0 ? [`${FORCE_REGION_HEADER} takes one region: the first counts`] : []),
  ];
  return {
    cf,
    client: headers.get('cf-connecting-ip') ?? undefined,
    preferred: [...byQuery.ids, ...byHeader.ids, ...(byName === undefined ? [] : [byName])],
    forced,
    previous: lastServerOf(headers)?.region,
    ...(notes.length > 0 && { notes }),
  };
}

/** A server of a region. */
export interface LastServer {
  readonly region: string;
  /** Undefined if only the region is said. */
  readonly number: number | undefined;
}

/** Where the client was last, as it says itself: `weur`, or `weur.2` for the second server of a region with members. */
export function lastServerOf(headers: Headers): LastServer | undefined {
  const said = headers.get(LAST_REGION_HEADER) ?? cookieOf(headers);
  if (said === undefined) return undefined;
  const [, region = said, number] = /^(.*)\.([1-9]\d?)$/.exec(said) ?? [];
  return { region, number: number === undefined ? undefined : Number(number) };
}

/** The value of the cookie by which a browser comes back to the server that it had. */
export function serverCookie(region: string, number: number | undefined): string {
  return number === undefined ? region : `${region}.${number}`;
}

/**
 * What draws a client's server among those of a region. Many have no address, as behind a proxy or on one machine: the key
 * of the WebSocket, which every upgrade has, spreads those.
 */
export function spreadKeyOf(headers: Headers): string {
  return headers.get('cf-connecting-ip') ?? headers.get('sec-websocket-key') ?? '';
}

/** As above, with the place from the query (`?colo=`, `?lat=&lon=`, `?country=`, `?continent=`) if it has one. */
export function whatIfRequestOf(request: Request, pinDomains: readonly string[]): RoutingRequest {
  const own = routingRequestOf(request, pinDomains);
  const query = new URL(request.url).searchParams;
  if (!PLACE_PARAMETERS.some((name) => query.has(name))) return own;
  const [colo, latitude, longitude, country, continent] = PLACE_PARAMETERS.map(
    (name) => query.get(name) ?? undefined,
  );
  const client = query.get('client') ?? own.client;
  return { ...own, cf: { colo, latitude, longitude, country, continent }, client };
}

interface Pins {
  readonly ids: readonly string[];
  /** Whether there were more than are read. */
  readonly isCut: boolean;
}

/** A list of ids, separated by commas. */
function pinsOf(text: string | null): Pins {
  if (text === null) return { ids: [], isCut: false };
  const ids = text
    .slice(0, MAX_PIN_CHARACTERS)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  return { ids: ids.slice(0, MAX_PINS), isCut: text.length > MAX_PIN_CHARACTERS || ids.length > MAX_PINS };
}

function noteOf({ isCut }: Pins, where: string): readonly string[] {
  const most = `at most ${MAX_PINS} regions and ${MAX_PIN_CHARACTERS} characters`;
  return isCut ? [`${where} takes ${most}: the rest was ignored`] : [];
}

function cookieOf(headers: Headers): string | undefined {
  const cookies = headers.get('cookie')?.split(';') ?? [];
  const prefix = `${REGION_COOKIE}=`;
  return cookies
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length);
}
