// Which server of a region is dialled first, and which after it: the one that the client had, otherwise one that is drawn
// by the client, and always the same as long as none is much emptier. So a client that comes back finds its server, and
// the load still evens out. Pure; tools/simulate/server-order.test.ts counts what comes of it.

import { hashText, uniform } from '../../routing/client-hash.ts';
import type { ServerObservation } from '../../routing/observation.ts';
import { EVEN_WITHIN } from '../../scaling/even-within.ts';

/** So many servers of a region are dialled for a client: instead of the others the next region is the better one. */
export const MOST_SERVERS = 3;

/** The number of a region's own server. */
const OWN = 1;

/** Who is to be placed. */
export interface Comer {
  /** The same for a client whenever it comes; if that is not to be had, another for each connection. */
  readonly key: string;
  /** The server of this region that it had last, as far as it says so. */
  readonly last?: number | undefined;
}

/**
 * Numbers of servers, in the order in which they are dialled.
 *
 * @param servers those that are up, as far as is known
 */
export function serverOrder(
  servers: readonly ServerObservation[] | undefined,
  { key, last }: Comer,
): readonly number[] {
  if (servers === undefined || servers.length === 0) return [OWN];
  const hash = hashText(key);
  const drawn = servers
    .map(({ number, clients, maxClients }) => ({
      number,
      draw: number === last ? -1 : uniform(hash, number),
      load: clients / maxClients,
    }))
    .toSorted((a, b) => a.draw - b.draw);
  const most = Math.min(...drawn.map(({ load }) => load)) + EVEN_WITHIN;
  // Full ones last: what is known of them may be old.
  const rankOf = (load: number) => (load >= 1 ? 2 : load > most ? 1 : 0);
  return drawn
    .toSorted((a, b) => rankOf(a.load) - rankOf(b.load) || (rankOf(a.load) === 0 ? 0 : a.load - b.load))
    .slice(0, MOST_SERVERS)
    .map(({ number }) => number);
}
