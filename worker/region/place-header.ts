// How the Worker tells a region's object where a client comes from.

import { PLACE_HEADER } from '../../api/headers.ts';
import { messageOf } from '../message-of.ts';
import type { ClientPlace } from './traffic-tally.ts';

/** The client's address, as the Worker passes it on for the server's log. */
export function addressOf({ headers }: Request): string {
  return headers.get('x-forwarded-for') ?? 'unknown';
}

/** The place of a request; empty if there is none. */
export function placeOf(headers: Headers): ClientPlace {
  const text = headers.get(PLACE_HEADER);
  if (text === null) return {};
  try {
    const place: unknown = JSON.parse(text);
    return typeof place === 'object' && place !== null ? place : {};
  } catch (error) {
    console.warn(`${PLACE_HEADER}: ${messageOf(error)}`);
    return {};
  }
}
