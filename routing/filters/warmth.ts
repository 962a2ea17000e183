// A region that sleeps costs its first client a cold start. Spread over the round trips that a session is likely
// to make, that is so many ms: an awake region that is nearer than that serves better now, while this one wakes.

import type { Filter } from '../filter.ts';

export const warmth: Filter = {
  name: 'warmth',
  concerns: ({ keepAwake }) => !keepAwake,
  apply: ({ observation }, { plan }) => {
    if (observation?.state !== 'asleep') return undefined;
    const { coldStartMs, coldStartRoundTrips } = plan.config.routing;
    return { effect: 'cost', filter: 'warmth', code: 'asleep', ms: coldStartMs / coldStartRoundTrips };
  },
};
