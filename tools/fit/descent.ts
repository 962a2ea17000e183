// Coordinate descent on positive numbers: each in turn is made larger or smaller by a factor, and stays so if that
// lowers the cost. Pure and deterministic.

/** A number that the descent may change. */
export interface Parameter {
  readonly start: number;
  /** What it can't go below. */
  readonly least: number;
  value: number;
}

/** Factors, coarse first: a sweep over all numbers for each. */
const STEPS = [1.2, 1.1, 1.1, 1.05, 1.02];
/** A gain below this is rounding. */
const LEAST_GAIN = 1e-9;

export function parameter(start: number, least: number): Parameter {
  return { start, least, value: start };
}

/** Lowers `cost`, which reads the parameters, as far as changes of single numbers can. Changes their values. */
export function descend(parameters: readonly Parameter[], cost: () => number): void {
  let best = cost();
  for (const step of STEPS) {
    for (const one of parameters) {
      best = Math.min(best, tryFactors(one, [step, 1 / step], best, cost));
    }
  }
}

/** The cost after the first factor that gains, or `best` when none does. */
function tryFactors(one: Parameter, factors: readonly number[], best: number, cost: () => number): number {
  const before = one.value;
  for (const factor of factors) {
    one.value = Math.max(one.least, before * factor);
    const now = cost();
    if (now < best - LEAST_GAIN) return now;
  }
  one.value = before;
  return best;
}
