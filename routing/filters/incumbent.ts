// The region that a data center has been choosing keeps a margin, so that noise does not make clients come and go.
// Where clients are shared between regions (`bandMs`) there is no one choice to keep.

import type { MeridianConfig } from '../../regions/config.ts';
import type { Filter } from '../filter.ts';

export const incumbent: Filter = {
  name: 'estimate',
  concerns: (_region, { bandMs }) => bandMs === 0,
  apply: ({ region, estimate }, context) => {
    const { routing } = context.plan.config;
    if (context.incumbent !== region.id) return undefined;
    return {
      effect: 'cost',
      filter: 'estimate',
      code: 'incumbent',
      ms: -marginMs(estimate.finalMs, routing),
    };
  },
};

/** By how much another region must be better: a share of the estimate, and a least number of milliseconds. */
export function marginMs(
  estimateMs: number,
  { flipRatio, flipFloorMs }: Pick<MeridianConfig['routing'], 'flipRatio' | 'flipFloorMs'>,
): number {
  return Math.max(flipFloorMs, estimateMs * (1 - 1 / flipRatio));
}
