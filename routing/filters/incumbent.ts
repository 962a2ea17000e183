// A data center keeps its current choice unless another region is better by the switching margin, so that noise does
// not move clients back and forth. If clients are shared between regions (`bandMs`), there is no single choice to keep.
// Part of the filter `estimate`, with bias.ts: two effects that correct the estimate itself.

import type { Filter, FilterContext, RegionNow } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';
import { switchingMarginMs } from '../switching-margin.ts';

interface Incumbent {
  readonly effect: 'cost';
  readonly filter: 'estimate';
  readonly code: 'incumbent';
  readonly ms: number;
}

export const incumbent: Filter<Incumbent> = {
  name: 'estimate',
  alwaysOn: true,
  forRegion: (_region, { bandMs }) => (bandMs > 0 ? undefined : asChosenSoFar),
  words: { incumbent: ({ ms }) => `${signedMs(ms)}: the choice so far, another must be better by this` },
};

function asChosenSoFar(
  { id, estimate }: RegionNow,
  { incumbent: chosen, routing }: FilterContext,
): Incumbent | undefined {
  if (chosen !== id) return undefined;
  return {
    effect: 'cost',
    filter: 'estimate',
    code: 'incumbent',
    ms: -switchingMarginMs(estimate.finalMs, routing),
  };
}
