// The expected round trip to a region: the model's estimate combined with the measurements, each weighted by its
// certainty.

import type { Measurement } from './observation.ts';

/** What a region's rank starts from. All in ms. */
export interface Estimate {
  readonly priorMs: number;
  /** Mean of the measurements; absent while there are none. */
  readonly measuredMs?: number;
  readonly samples: number;
  readonly finalMs: number;
}

/**
 * Standard deviation of the model's error, as a share of its estimate, and its minimum: what the fit leaves unexplained
 * across data sets (latency/prior-table.ts).
 */
export const PRIOR_SD_SHARE = 0.3;
export const PRIOR_SD_FLOOR_MS = 8;

/** Minimum noise of one measurement: the variance of few samples is uncertain, and may be too low. */
export const NOISE_SD_SHARE = 0.2;
export const NOISE_SD_FLOOR_MS = 1;

/** Weight of a new sample once there are many: in effect, about the last 20 count. */
export const EWMA_ALPHA = 0.1;

/** An exponentially weighted mean is worth at most this many equally weighted samples: (2 - alpha) / alpha. */
const MOST_EFFECTIVE_SAMPLES = (2 - EWMA_ALPHA) / EWMA_ALPHA;

/** Mean of two normal beliefs, weighted by their precisions (the conjugate update with a known noise). */
export function estimate(priorMs: number, measurement: Measurement | undefined): Estimate {
  if (measurement === undefined || measurement.samples === 0)
    return { priorMs, samples: 0, finalMs: priorMs };
  const { meanMs, varianceMs2, samples } = measurement;
  const priorSd = Math.max(PRIOR_SD_FLOOR_MS, PRIOR_SD_SHARE * priorMs);
  const noise = Math.max(varianceMs2, NOISE_SD_FLOOR_MS ** 2, (NOISE_SD_SHARE * meanMs) ** 2);
  const priorWeight = 1 / priorSd ** 2;
  const measuredWeight = Math.min(samples, MOST_EFFECTIVE_SAMPLES) / noise;
  const finalMs = (priorMs * priorWeight + meanMs * measuredWeight) / (priorWeight + measuredWeight);
  return { priorMs, measuredMs: meanMs, samples, finalMs };
}

/**
 * Adds a sample. The first few are averaged equally (weight 1/n), so that the first one does not linger; the
 * variance follows West's incremental form for exponential weights.
 */
export function addSample(measurement: Measurement | undefined, rttMs: number): Measurement {
  if (measurement === undefined) return { meanMs: rttMs, varianceMs2: 0, samples: 1 };
  const samples = measurement.samples + 1;
  const weight = Math.max(EWMA_ALPHA, 1 / samples);
  const difference = rttMs - measurement.meanMs;
  const step = weight * difference;
  return {
    meanMs: measurement.meanMs + step,
    varianceMs2: (1 - weight) * (measurement.varianceMs2 + difference * step),
    samples,
  };
}
