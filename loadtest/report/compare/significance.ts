// Whether the difference between two runs is significant. Samples within a second resemble each other, so they are not
// independent: the unit is a slice of time, compared with the other run's slice of the same moment, which removes the
// effect of the load profile. Slices resemble their neighbours too, so their effective number is used (effective sample
// size of an AR(1) process). Then a paired t-test, with Holm's correction for testing many hypotheses.

import { gammaln, mean, sampleStandardDeviation } from 'simple-statistics';

/** Fewer pairs than this are too few for a conclusion. */
const MIN_PAIRS = 8;

/** With so few slices a higher autocorrelation cannot be told from a trend. */
const MAX_AUTOCORRELATION = 0.95;

/** Of values that are worth fewer than this no test can tell anything: one long outage makes a run two halves. */
const MIN_WORTH = 4;

/** Two-sided p of the hypothesis that these differences are around 0; null when there are too few to say. */
export function pairedPValue(differences: readonly number[]): number | null {
  if (differences.length < MIN_PAIRS) return null;
  const values = [...differences];
  const centre = mean(values);
  const deviation = sampleStandardDeviation(values);
  if (deviation === 0) return centre === 0 ? 1 : 0;
  const worth = effectiveSize(values);
  if (worth < MIN_WORTH) return null;
  return studentP((centre * Math.sqrt(worth)) / deviation, worth - 1);
}

/** The number of independent values that these are worth: the more each resembles the one before, the fewer. */
export function effectiveSize(values: readonly number[]): number {
  const centre = mean([...values]);
  const spread = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (spread === 0) return values.length;
  const product = values
    .slice(1)
    .reduce((sum, value, index) => sum + (value - centre) * ((values[index] ?? 0) - centre), 0);
  // For a short series the estimate is too low by about 1/n.
  const resemblance = product / spread + 1 / values.length;
  const r = Math.min(MAX_AUTOCORRELATION, Math.max(0, resemblance));
  return Math.max(2, (values.length * (1 - r)) / (1 + r));
}

/** Holm's step-down correction; the order is kept. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p);
  const corrected = new Array<number>(pValues.length).fill(1);
  let highest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)));
    corrected[index] = highest;
  }
  return corrected;
}

/** Both tails of Student's distribution. */
export function studentP(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The regularized incomplete beta function, by its continued fraction (Lentz's method). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // Beyond this the fraction converges slowly, and fast from the other side.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  return front * betaFraction(x, a, b);
}

const MAX_TERMS = 300;
const TINY = 1e-300;

function betaFraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MAX_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let factor = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      factor = d * c;
      result *= factor;
    }
    if (Math.abs(factor - 1) < 1e-12) break;
  }
  return result;
}
