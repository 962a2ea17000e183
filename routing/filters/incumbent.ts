// A data center keeps its current choice unless another region is better by the switching margin, so that noise does
// not move clients back and forth. If clients are shared between regions (`bandMs`), there is no single choice to keep.

import type { Filter, FilterContext, RegionNow, RoutingConfig } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';

interface Incumbent {
  readonly effect: 'cost';
  readonly filter: 'estimate';
  readonly code: 'incumbent';
  readonly ms: number;
}

export const incumbent: Filter<Incumbent> = {
  name: 'estimate',
  forRegion: (_region, { bandMs }) => (bandMs > 0 ? undefined : asChosenSoFar),
  words: { incumbent: ({ ms }) => `${signedMs(ms)}: the choice so far, another must be better by this` },
};

function asChosenSoFar(
  { id, estimate }: RegionNow,
  { incumbent: chosen, routing }: FilterContext,
): Incumbent | undefined {
  if (chosen !== id) return undefined;
  return { effect: 'cost', filter: 'estimate', code: 'incumbent', ms: -marginMs(estimate.finalMs, routing) };
}

/** By how much another region must be better: a share of the estimate, and a minimum in milliseconds. */
export function marginMs(
  estimateMs: number,
  { flipRatio, flipFloorMs }: Pick<RoutingConfig, 'flipRatio' | 'flipFloorMs'>,
): number {
  return Math.max(flipFloorMs, estimateMs * (1 - 1 / flipRatio));
}
