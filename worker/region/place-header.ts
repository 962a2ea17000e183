// How the Worker tells a region's object where a client comes from.

import { PLACE_HEADER } from '../../api/headers.ts';
import { messageOf } from '../message-of.ts';
import type { ClientPlace } from './traffic-tally.ts';

/** The client's address, as the Worker passes it on for the server's log. */
export function addressOf(headers: Headers): string {
  return headers.get('x-forwarded-for') ?? 'unknown';
}

/** The place of a request, to be read when somebody asks for it; empty if there is none. */
export function placeOf(headers: Headers): () => ClientPlace {
  const text = headers.get(PLACE_HEADER);
  return () => (text === null ? {} : placeIn(text));
}

function placeIn(text: string): ClientPlace {
  try {
    const place: unknown = JSON.parse(text);
    return typeof place === 'object' && place !== null ? place : {};
  } catch (error) {
    console.warn(`${PLACE_HEADER}: ${messageOf(error)}`);
    return {};
  }
}
