// Which region a data center prefers by a margin from now on: its best for a client about whom nothing is known
// but where it entered.

import { getOptimalRegion, type RoutingState } from './optimal-region.ts';

/** Undefined when no region may serve a client from there. */
export function chooseIncumbent(colo: string, state: RoutingState): string | undefined {
  return getOptimalRegion({ cf: { colo } }, state).candidates[0]?.region;
}
