// The switching margin: by how much another region must be better before a client, or a data center, changes its region.

import type { RoutingConfig } from './filter.ts';

/** A share of the estimate, and a minimum in milliseconds. */
export function switchingMarginMs(
  estimateMs: number,
  { flipRatio, flipFloorMs }: Pick<RoutingConfig, 'flipRatio' | 'flipFloorMs'>,
): number {
  return Math.max(flipFloorMs, estimateMs * (1 - 1 / flipRatio));
}
