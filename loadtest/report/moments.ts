// When something happened, however often: kept as the first and the last of each quarter of a second, so that a run of
// days fits.

import type { Span } from './spans.ts';

const BUCKET_MS = 250;

export class Moments {
  readonly #buckets = new Map<number, { fromMs: number; toMs: number }>();

  note(atMs: number): void {
    const index = Math.floor(atMs / BUCKET_MS);
    const bucket = this.#buckets.get(index);
    if (bucket === undefined) this.#buckets.set(index, { fromMs: atMs, toMs: atMs });
    else {
      bucket.fromMs = Math.min(bucket.fromMs, atMs);
      bucket.toMs = Math.max(bucket.toMs, atMs);
    }
  }

  /** In order, each no longer than a quarter of a second. */
  within({ fromMs, toMs }: Span): readonly Span[] {
    const found: Span[] = [];
    for (let index = Math.floor(fromMs / BUCKET_MS); index * BUCKET_MS <= toMs; index += 1) {
      const bucket = this.#buckets.get(index);
      if (bucket !== undefined && bucket.toMs >= fromMs && bucket.fromMs <= toMs) found.push(bucket);
    }
    return found;
  }
}
