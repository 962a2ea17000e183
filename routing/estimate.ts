// The expected round trip to a region: the model's estimate (the prior) combined with what was measured. Pure, and part of
// every decision: a few multiplications, no logarithms.
//
// Empirical Bayes: a region that measures otherwise than the model says, by more than the noise of so few samples, shows
// how wrong the model is there, and the prior yields as samples are added. One that agrees within the noise does not, so
// noise flips no choice. docs/routing.md has what else was tried, with figures.

import type { Measurement } from './observation.ts';
import { NOISE_SHARE } from './round-trips.ts';

/** What a region's rank starts from. All in ms. */
export interface Estimate {
  readonly priorMs: number;
  /** The typical round trip of the last ones measured; absent while there are none. */
  readonly measuredMs?: number;
  /** How many of them it rests on (observation.ts). */
  readonly samples: number;
  readonly finalMs: number;
}

/** Standard deviation of the model's error where it is good, as a share of the round trip. Elsewhere the samples say. */
export const PRIOR_SD_SHARE = 0.15;

/** A disagreement within so many variances of the samples' mean is noise: two standard deviations. */
const NOISE_VARIANCES = 4;

/** What one sample may say above the prior, as such a difference: 1.7 times the prior. Two that agree 3 times, four anything. */
const MOST_RISE_A_SAMPLE = 0.5;

/**
 * The prior, moved towards the measurement by the weight that the samples have earned.
 *
 * @param priorMs above 0
 */
export function estimate(priorMs: number, measurement: Measurement | undefined): Estimate {
  if (measurement === undefined) return { priorMs, samples: 0, finalMs: priorMs };
  const { ms, samples } = measurement;
  if (!(samples > 0)) return { priorMs, measuredMs: ms, samples: 0, finalMs: priorMs };
  // The difference of the logarithms, nearly: the same whichever of the two is larger.
  const disagreement = (2 * (ms - priorMs)) / (ms + priorMs);
  const most = MOST_RISE_A_SAMPLE * samples;
  const isBelieved = disagreement <= most;
  const d = isBelieved ? disagreement : most;
  const believedMs = isBelieved ? ms : (priorMs * (2 + most)) / (2 - most);
  const noise = NOISE_SHARE ** 2 / samples;
  const doubt = PRIOR_SD_SHARE ** 2 + Math.max(0, d * d - NOISE_VARIANCES * noise);
  return {
    priorMs,
    measuredMs: ms,
    samples,
    finalMs: priorMs + ((believedMs - priorMs) * doubt) / (doubt + noise),
  };
}

/** Standard deviation of an estimate that rests on so many samples, as a share of it. */
export function deviationShareOf(samples: number): number {
  return NOISE_SHARE / Math.sqrt(samples);
}
