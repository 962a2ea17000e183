// Medians, percentiles and ratios of the benchmarks' samples. Pure.

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * How many times the control: the median of the ratios of each round. Values of one round were taken seconds
 * apart, so what the machine did meanwhile is in both. NaN where there is nothing to divide by.
 */
export function pairedRatio(values: readonly number[], control: readonly number[]): number {
  const ratios = values.flatMap((value, round) => {
    const base = control[round];
    return base === undefined || base === 0 ? [] : [value / base];
  });
  return median(ratios);
}
