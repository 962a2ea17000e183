// A factor on the estimate, which moves the border between a region and its neighbours.

import type { Filter } from '../filter.ts';

export const bias: Filter = {
  name: 'estimate',
  concerns: ({ bias: factor }) => factor !== 1,
  apply: ({ region, estimate }) => {
    const factor = region.config.bias;
    return { effect: 'cost', filter: 'estimate', code: 'bias', factor, ms: estimate.finalMs * (factor - 1) };
  },
};
