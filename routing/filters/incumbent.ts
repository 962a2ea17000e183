// A data center keeps its current choice unless another region is better by the switching margin, so that noise does
// not move clients back and forth. If clients are shared between regions (`bandMs`), there is no single choice to keep.
// As long as the estimate rests on few samples, another must be better by more than chance explains.
//
// Part of the filter `estimate`, with bias.ts: two effects that correct the estimate itself.

import { deviationShareOf, type Estimate } from '../estimate.ts';
import type { Filter, FilterContext, RegionNow, RoutingConfig } from '../filter.ts';
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
    ms: -marginMs(estimate, routing),
  };
}

/**
 * Until there are so many samples the region is being found, and the margin is the square of this, divided by that of their
 * number: 9 times its own with one sample, which may be an outlier; 2.25 times with two.
 */
const FOUND_BY_SAMPLES = 3;

/** With more than that, give or take their age, a choice is settled. */
const SETTLED_FROM_SAMPLES = FOUND_BY_SAMPLES + 0.5;

/** A settled choice is left when another is better by this many standard deviations of the difference of two estimates. */
const DEVIATIONS = 2;

function marginMs({ finalMs, samples }: Estimate, routing: RoutingConfig): number {
  const ms = switchingMarginMs(finalMs, routing);
  if (samples === 0) return ms;
  if (samples < SETTLED_FROM_SAMPLES) {
    const counted = Math.min(FOUND_BY_SAMPLES, Math.max(1, samples));
    return ms * (FOUND_BY_SAMPLES / counted) ** 2;
  }
  return Math.max(ms, DEVIATIONS * Math.SQRT2 * deviationShareOf(samples) * finalMs);
}
