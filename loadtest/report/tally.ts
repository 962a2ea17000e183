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

  figures(): Figures {
    const { count, mean, min, max } = this.#values;
    const [p50, p90, p95, p99] = [0.5, 0.9, 0.95, 0.99].map((share) => rounded(this.#values.quantile(share)));
    return {
      count,
      value: rounded(this.#value(p50 ?? 0)),
      mean: rounded(mean),
      min: count === 0 ? 0 : rounded(min),
      p50: p50 ?? 0,
      p90: p90 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
      max: count === 0 ? 0 : rounded(max),
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
