// Reserve regions: a region with a higher number comes after all regions with a lower one, however near it is.

import type { Filter } from '../filter.ts';

/** The priority of regular regions, which are not in reserve. */
const USUAL_PRIORITY = 1;

interface Reserve {
  readonly effect: 'postpone';
  readonly filter: 'priority';
  readonly code: 'reserve';
  readonly priority: number;
  readonly tiers: number;
}

export const priority: Filter<Reserve> = {
  name: 'priority',
  forRegion: (region) => {
    const tiers = region.priority - USUAL_PRIORITY;
    if (tiers <= 0) return undefined;
    return () => ({
      effect: 'postpone',
      filter: 'priority',
      code: 'reserve',
      priority: region.priority,
      tiers,
    });
  },
  words: { reserve: (effect) => `in reserve: priority ${effect.priority}` },
};
