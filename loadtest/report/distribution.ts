// Quantiles of any number of values in bounded memory: exact up to a limit, beyond it a histogram whose buckets are
// of equal relative width (as in DDSketch, Masson et al. 2019), so that any quantile is off by 0.5% at most.

import { quantileSorted } from 'simple-statistics';

/** 40 kB; with some hundred series that is little, and a short run is exact. */
const EXACT_VALUES = 5_000;

const ACCURACY = 0.005;
const LOG_GAMMA = Math.log((1 + ACCURACY) / (1 - ACCURACY));

/** A value below this, which is far finer than any clock here, counts as 0. */
const SMALLEST = 1e-6;
const NOTHING = Number.NEGATIVE_INFINITY;

export class Distribution {
  readonly #limit: number;
  #exact: number[] = [];
  #buckets: Map<number, number> | undefined;
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  constructor(limit = EXACT_VALUES) {
    this.#limit = limit;
  }

  add(value: number): void {
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (this.#buckets !== undefined) increase(this.#buckets, bucketOf(value), 1);
    else {
      this.#exact.push(value);
      if (this.#exact.length > this.#limit) this.#compress();
    }
  }

  /** Adds the values of another distribution, which is not changed. */
  merge(other: Distribution): void {
    if (other.#buckets === undefined) {
      for (const value of other.#exact) this.add(value);
      return;
    }
    const buckets = this.#compress();
    for (const [bucket, count] of other.#buckets) increase(buckets, bucket, count);
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Between two values it interpolates, as k6 does; 0 of none. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    if (this.#buckets !== undefined) return this.#quantileOfBuckets(this.#buckets, share);
    return quantileSorted(
      this.#exact.sort((a, b) => a - b),
      share,
    );
  }

  #quantileOfBuckets(buckets: ReadonlyMap<number, number>, share: number): number {
    const rank = share * (this.count - 1);
    let seen = 0;
    for (const bucket of [...buckets.keys()].toSorted((a, b) => a - b)) {
      seen += buckets.get(bucket) ?? 0;
      if (seen > rank) return Math.min(this.max, Math.max(this.min, middleOf(bucket)));
    }
    return this.max;
  }

  #compress(): Map<number, number> {
    if (this.#buckets !== undefined) return this.#buckets;
    const buckets = new Map<number, number>();
    for (const value of this.#exact) increase(buckets, bucketOf(value), 1);
    this.#exact = [];
    this.#buckets = buckets;
    return buckets;
  }
}

function bucketOf(value: number): number {
  return value < SMALLEST ? NOTHING : Math.ceil(Math.log(value) / LOG_GAMMA);
}

/** The value with the same relative distance to both ends of the bucket. */
function middleOf(bucket: number): number {
  return bucket === NOTHING ? 0 : Math.exp(bucket * LOG_GAMMA) * (1 - ACCURACY);
}

function increase(buckets: Map<number, number>, bucket: number, by: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
}
