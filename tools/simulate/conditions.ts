// Under what conditions clients learn: what disturbs the samples, whether paths change, how often anybody comes, and how
// many regions sleep. Pure; the random numbers are passed in.

import { normal, type Random } from './random.ts';

export interface Conditions {
  /** Standard deviation of a measurement, as a share of the true round trip. */
  readonly noise: number;
  /** Share of the samples that take OUTLIER_TIMES as long. */
  readonly outliers: number;
  /** By how much the path to the region chosen on the first day has become longer on the second, ms. 0: there is no second. */
  readonly driftMs: number;
  /** Time between two visits to a data center, ms: it measures when somebody comes. */
  readonly visitEveryMs: number;
  /** Chance of each region to sleep throughout, for each client anew: it says so, and is not measured. */
  readonly asleep: number;
}

export const OUTLIER_TIMES = 10;

/** Whatever the noise, a measurement is never below this share of the true round trip. */
const LEAST_SAMPLE_SHARE = 0.1;

/** One measurement of a path, ms. */
export function sampleMs(trueMs: number, { noise, outliers }: Conditions, random: Random): number {
  const noisy = trueMs * Math.max(LEAST_SAMPLE_SHARE, 1 + noise * normal(random));
  // Without outliers no number is drawn for them: a seed gives the same samples as without the option.
  return outliers > 0 && random() < outliers ? OUTLIER_TIMES * trueMs : noisy;
}
