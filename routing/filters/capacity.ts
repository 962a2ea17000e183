// A full region takes nobody; one over its soft limit only those for whom every other one is much farther. After a
// live edit of the hard limit the server still has its own until it is started anew: the lower of the two holds.

import type { Filter } from '../filter.ts';

export const capacity: Filter = {
  name: 'capacity',
  concerns: () => true,
  apply: ({ region, observation }, { plan }) => {
    const clients = observation?.clients;
    if (clients === undefined) return undefined;
    const { maxConnections, softConnections } = region.config.limits;
    const limit = Math.min(maxConnections, observation?.maxClients ?? maxConnections);
    if (clients >= limit) return { effect: 'drop', filter: 'capacity', code: 'full', clients, limit };
    if (softConnections === undefined || clients < softConnections) return undefined;
    const ms = plan.config.routing.spillMs;
    return {
      effect: 'cost',
      filter: 'capacity',
      code: 'over-soft-limit',
      clients,
      limit: softConnections,
      ms,
    };
  },
};
