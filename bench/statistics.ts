// Medians, percentiles and ratios of the benchmarks' samples. Pure.

import { quantile } from 'simple-statistics';

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle value; of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Between two values it interpolates, as k6 and the load tests' reports do; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  return values.length === 0 ? Number.NaN : quantile([...values], share);
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * The ratio to the control: the median of the ratios of each round. Values of one round were measured seconds
 * apart, so other load on the machine affected both. NaN if there is nothing to divide by.
 */
export function pairedRatio(values: readonly number[], control: readonly number[]): number {
  const ratios = values.flatMap((value, round) => {
    const base = control[round];
    return base === undefined || base === 0 ? [] : [value / base];
  });
  return median(ratios);
}

/** Three significant digits; from 1,000 on whole numbers. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
