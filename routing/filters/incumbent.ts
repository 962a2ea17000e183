// A data center keeps its current choice unless another region is better by the switching margin, so that noise does
// not move clients back and forth. If clients are shared between regions (`bandMs`), there is no single choice to keep.
// As long as the estimate rests on few samples, another must be better by more than their noise.
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

/** From so many samples on a choice is settled. Before that the margin is this many times its own, by the samples. */
const SETTLED_FROM_SAMPLES = 4;

/** A settled choice is left when another is better by this many standard deviations of the difference of two estimates. */
const DEVIATIONS = 2;

function marginMs({ finalMs, samples }: Estimate, routing: RoutingConfig): number {
  const ms = switchingMarginMs(finalMs, routing);
  if (samples === 0) return ms;
  if (samples < SETTLED_FROM_SAMPLES) return (ms * SETTLED_FROM_SAMPLES) / Math.max(1, samples);
  return Math.max(ms, DEVIATIONS * Math.SQRT2 * deviationShareOf(samples) * finalMs);
}
