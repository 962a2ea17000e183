// A client that was at a region before goes back there, if another one is not better by the margin.

import type { Filter } from '../filter.ts';
import { marginMs } from './incumbent.ts';

export const affinity: Filter = {
  name: 'affinity',
  concerns: () => true,
  apply: ({ region, estimate }, { previous, plan }) => {
    if (previous !== region.id) return undefined;
    const { routing } = plan.config;
    const ms = -Math.max(routing.bandMs, marginMs(estimate.finalMs, routing));
    return { effect: 'cost', filter: 'affinity', code: 'returning', ms };
  },
};
