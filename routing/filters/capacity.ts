// A full region takes no clients; one over its soft limit takes only those for which every other region is much
// farther. Both limits are of each of a region's servers. After a live edit of the hard limit a server keeps its old one
// until it is restarted: the lower applies. Of an external region neither is known.

import { isExternal, type RegionConfig } from '../../regions/config.ts';
import type { Filter, Judge } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';

type CapacityEffect = {
  readonly filter: 'capacity';
  readonly clients: number;
  readonly limit: number;
} & (
  | { readonly effect: 'drop'; readonly code: 'full' }
  | { readonly effect: 'cost'; readonly code: 'over-soft-limit'; readonly ms: number }
);

export const capacity: Filter<CapacityEffect> = {
  name: 'capacity',
  temporary: true,
  forRegion: (region, { spillMs }) => (isExternal(region) ? undefined : limitedBy(region, spillMs)),
  words: {
    full: ({ clients, limit }) => `full: ${clients} clients of at most ${limit}`,
    'over-soft-limit': ({ ms, clients, limit }) => `${signedMs(ms)}: ${clients} clients, soft limit ${limit}`,
  },
};

function limitedBy({ limits, members }: RegionConfig, spillMs: number): Judge<CapacityEffect> {
  const { maxConnections, softConnections: softOfOne } = limits;
  return ({ observation }) => {
    const clients = observation?.clients;
    if (clients === undefined) return undefined;
    const servers = observation?.servers?.length || 1;
    const hardest = maxConnections * servers;
    const limit = Math.min(hardest, observation?.maxClients ?? hardest);
    // One that may have further servers may have started one since: its own object knows.
    const isFull = clients >= limit && servers >= (members?.max ?? 1);
    if (isFull) return { effect: 'drop', filter: 'capacity', code: 'full', clients, limit };
    const softConnections = softOfOne === undefined ? undefined : softOfOne * servers;
    if (softConnections === undefined || clients < softConnections) return undefined;
    return {
      effect: 'cost',
      filter: 'capacity',
      code: 'over-soft-limit',
      clients,
      limit: softConnections,
      ms: spillMs,
    };
  };
}
