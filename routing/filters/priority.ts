// Regions in reserve: one of a higher number comes after all of a lower one, however near it is.

import type { Filter } from '../filter.ts';

/** The priority of regions that serve as usual. */
const USUAL_PRIORITY = 1;

export const priority: Filter = {
  name: 'priority',
  concerns: ({ priority: number }) => number > USUAL_PRIORITY,
  apply: ({ region }) => ({
    effect: 'postpone',
    filter: 'priority',
    code: 'reserve',
    priority: region.config.priority,
    tiers: region.config.priority - USUAL_PRIORITY,
  }),
};
