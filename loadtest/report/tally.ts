// The running figures of one series, by the type of its metric.

import { Distribution } from './distribution.ts';
import type { Figures, MetricSummary, Slice } from './summary.ts';

/** Enough for the exact p95 of a slice of a typical run; with more values it is a histogram. */
const SLICE_VALUES = 500;

export class Tally {
  readonly #type: MetricSummary['type'];
  readonly #values: Distribution;
  #latest = 0;
  #latestTime = Number.NEGATIVE_INFINITY;

  constructor(type: MetricSummary['type'], limit?: number) {
    this.#type = type;
    this.#values = new Distribution(limit);
  }

  static ofSlice(type: MetricSummary['type']): Tally {
    return new Tally(type, SLICE_VALUES);
  }

  add(value: number, time: number): void {
    this.#values.add(value);
    if (time < this.#latestTime) return;
    this.#latest = value;
    this.#latestTime = time;
  }

  merge(other: Tally): void {
    this.#values.merge(other.#values);
    if (other.#latestTime < this.#latestTime) return;
    this.#latest = other.#latest;
    this.#latestTime = other.#latestTime;
  }

  get count(): number {
    return this.#values.count;
  }

  /** 0 of no values. */
  quantile(share: number): number {
    return rounded(this.#values.quantile(share));
  }

  /** Of no values there are none. */
  figures(): Figures | undefined {
    const { count, mean, min, max } = this.#values;
    if (count === 0) return undefined;
    const p50 = this.quantile(0.5);
    return {
      count,
      value: rounded(this.#value(p50)),
      mean: rounded(mean),
      min: rounded(min),
      p50,
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: rounded(max),
    };
  }

  slice(sliceMs: number): Slice {
    const p50 = rounded(this.#values.quantile(0.5));
    const value = this.#value(p50);
    return {
      count: this.#values.count,
      value: rounded(this.#type === 'counter' ? (value * 1000) / sliceMs : value),
      p50,
      p95: rounded(this.#values.quantile(0.95)),
    };
  }

  #value(median: number): number {
    switch (this.#type) {
      case 'trend':
        return median;
      case 'counter':
        return this.#values.sum;
      case 'rate':
        return this.#values.mean;
      case 'gauge':
        return this.#latest;
    }
  }
}

/** Rounds milliseconds to nanoseconds; finer digits are noise of binary fractions. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
