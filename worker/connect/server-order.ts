// Which server of a region is dialled first, and which after it. Of two that the client's address draws the one with
// fewer clients, so that clients spread without a look at all of them, and one that comes back is likely to find the server
// that it had. Pure.

import { hashText, uniform } from '../../routing/client-hash.ts';
import type { ServerObservation } from '../../routing/observation.ts';

/** The others are not worth the wait: the next region is better. */
const MOST = 3;

/** The number of a region's own server. */
const OWN = 1;

/**
 * Numbers of servers, in the order in which they are dialled.
 *
 * @param servers those that are up, as far as is known
 */
export function serverOrder(
  servers: readonly ServerObservation[] | undefined,
  client: string | undefined,
): readonly number[] {
  if (servers === undefined || servers.length === 0) return [OWN];
  const hash = hashText(client ?? '');
  const drawn = servers
    .map((server) => ({
      ...server,
      draw: uniform(hash, server.number),
      load: server.clients / server.maxClients,
    }))
    .toSorted((a, b) => a.draw - b.draw);
  const pair = drawn.slice(0, 2).toSorted((a, b) => a.load - b.load);
  const others = drawn.slice(2).toSorted((a, b) => a.load - b.load);
  const isFull = ({ load }: { readonly load: number }) => load >= 1;
  const ordered = [...pair, ...others];
  // Full ones last: what is known of them may be old.
  return [...ordered.filter((each) => !isFull(each)), ...ordered.filter(isFull)]
    .slice(0, MOST)
    .map(({ number }) => number);
}
