// A client returns to its last region unless another one is better by the switching margin.

import type { Filter, FilterContext, RegionNow } from '../filter.ts';
import { signedMs } from '../milliseconds.ts';
import { switchingMarginMs } from '../switching-margin.ts';

interface Returning {
  readonly effect: 'cost';
  readonly filter: 'affinity';
  readonly code: 'returning';
  readonly ms: number;
}

export const affinity: Filter<Returning> = {
  name: 'affinity',
  forRegion: () => backWhereItWas,
  words: { returning: ({ ms }) => `${signedMs(ms)}: the client was here before` },
};

function backWhereItWas(
  { id, estimate }: RegionNow,
  { previous, routing }: FilterContext,
): Returning | undefined {
  if (previous !== id) return undefined;
  const ms = -Math.max(routing.bandMs, switchingMarginMs(estimate.finalMs, routing));
  return { effect: 'cost', filter: 'affinity', code: 'returning', ms };
}
