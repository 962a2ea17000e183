// Who still finds room to look at the live map. Each who looks costs a message a second, so their number is bounded, and
// nobody may take the places of others: those of one network have a limit of their own, and the last places are kept for
// those with a token or a sign-in, who may have something to put right. Pure.

import type { LiveRefusal } from '../../api/live.ts';
import { networkOf } from '../../routing/client-network.ts';
import { refusal } from './allowed.ts';
import type { Note } from './viewers.ts';

/** More than look at one deployment at once. */
export const MOST_VIEWERS = 200;

/** Of these the public may take so many, with those who have not yet said who they are. */
export const MOST_PUBLIC = 150;

/** Without a token, of one network: a classroom, and less than could shut others out. */
export const MOST_OF_A_NETWORK = 30;

type Known = Pick<Note, 'address' | 'allowed' | 'hasSaid'>;

/** One that a token or a sign-in has let in. */
function isKnown({ allowed }: Known): boolean {
  return allowed !== undefined && allowed.level !== 'public';
}

/**
 * Why one more finds no room, or undefined. One over a WebSocket is asked for twice: when it comes, and with its first
 * message, which may have a token.
 *
 * @param others all who look, without the one who is asked for
 */
export function noRoom(others: readonly Known[], one: Known): LiveRefusal | undefined {
  if (others.length >= MOST_VIEWERS) return full(`${MOST_VIEWERS} look at the map already`);
  if (isKnown(one)) return undefined;
  const strangers = others.filter((other) => !isKnown(other));
  const network = networkOf(one.address);
  const near = strangers.filter(({ address }) => networkOf(address) === network).length;
  if (near >= MOST_OF_A_NETWORK) return full(`${MOST_OF_A_NETWORK} of your network look at the map already`);
  // Who has not said who it is yet may be one of those whose places are kept.
  if (!one.hasSaid) return undefined;
  return strangers.length >= MOST_PUBLIC
    ? full(`${MOST_PUBLIC} look at the map already, and the other places are for those who sign in`)
    : undefined;
}

function full(why: string): LiveRefusal {
  return refusal('too_many', `${why}: try again later`);
}
