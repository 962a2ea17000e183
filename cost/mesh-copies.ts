// How often a message crosses from its server to another one: once for each server at which somebody gets it, whoever is
// there. Every pair of servers is a link, the members of one region included. Pure.

import type { Assumptions } from './assumptions.ts';

/** Of a region: its servers, and which part of all clients they have together. */
export interface ServersAt {
  readonly servers: number;
  readonly share: number;
}

export type Places = ReadonlyMap<string, ServersAt>;

export interface Subscribers {
  readonly fanOut: number;
  readonly subscribersAre: Assumptions['subscribersAre'];
}

/**
 * Copies of a message that is published at one server of `from`, by the region that they go to; those to its own are to
 * its other servers. The subscribers are distributed as all clients are.
 */
export function meshCopies(
  from: string,
  places: Places,
  subscribers: Subscribers,
): ReadonlyMap<string, number> {
  const copies = [...places.keys()].map(
    (to) => [to, othersAt(from, to, places) * reach(from, to, places, subscribers)] as const,
  );
  return new Map(copies.filter(([, each]) => each > 0));
}

/** How likely it is that a message which is published at a server of `from` goes to another one, which is in `to`. */
export function reach(
  from: string,
  to: string,
  places: Places,
  { fanOut, subscribersAre }: Subscribers,
): number {
  const there = places.get(to);
  if (subscribersAre === 'near' || there === undefined || there.servers === 0 || there.share === 0) return 0;
  if (subscribersAre === 'apart') {
    const others = othersWithClients(from, places);
    return others === 0 ? 0 : Math.min(1, fanOut / others);
  }
  const share = there.share / there.servers;
  // Whether any of so many is there; below one subscriber, whether there is one at all, and it is there.
  return fanOut < 1 ? fanOut * share : 1 - (1 - share) ** fanOut;
}

/** How likely it is that a server of `to` which keeps a stream gets a message anyway, for somebody who is there. */
export function getsAnyway(from: string, to: string, places: Places, subscribers: Subscribers): number {
  const likely = reach(from, to, places, subscribers);
  if (subscribers.subscribersAre !== 'apart' || likely === 0) return likely;
  // Of servers without a subscriber it is one, as long as there is one.
  return 1 - Math.min(1, Math.max(0, othersWithClients(from, places) - subscribers.fanOut));
}

function othersWithClients(from: string, places: Places): number {
  const withClients = [...places].filter(([, { share }]) => share > 0);
  return withClients.reduce((sum, [id]) => sum + othersAt(from, id, places), 0);
}

/** Servers of `to` that are not the one of `from` at which a message is published. */
function othersAt(from: string, to: string, places: Places): number {
  return Math.max(0, (places.get(to)?.servers ?? 0) - Number(from === to));
}
