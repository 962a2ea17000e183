// How often a message crosses from its region to another one: once for each region in which somebody gets it, whoever is
// there. Pure.

import type { Assumptions } from './assumptions.ts';

/**
 * Copies of a message that is published in `from`, by the region that they go to.
 *
 * @param shares of the clients, by region; the subscribers are distributed as all clients are
 * @param fanOut clients that get it
 */
export function meshCopies(
  from: string,
  shares: ReadonlyMap<string, number>,
  fanOut: number,
  subscribersAre: Assumptions['subscribersAre'],
): ReadonlyMap<string, number> {
  const others = [...shares].filter(([id, share]) => id !== from && share > 0);
  if (subscribersAre === 'near' || others.length === 0) return new Map();
  if (subscribersAre === 'apart') {
    const each = Math.min(1, fanOut / others.length);
    return new Map(others.map(([id]) => [id, each]));
  }
  // Whether any of so many is there; below one subscriber, whether there is one at all, and it is there.
  const isThere = (share: number) => (fanOut < 1 ? fanOut * share : 1 - (1 - share) ** fanOut);
  return new Map(others.map(([id, share]) => [id, isThere(share)]));
}
