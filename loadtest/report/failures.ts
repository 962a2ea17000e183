// Attempts that failed, by the kind of failure: how many, when, and in which regions.

import type { Span } from './spans.ts';

/** Attempts of one kind that failed, from the first of them to the last: milliseconds since the first sample. */
export interface Failure extends Span {
  /** As the tag of `nats_errors` has it: `unavailable`. */
  readonly kind: string;
  readonly count: number;
  /** Those that they were about, in the order in which they came up; empty where that is not known, as of a connect. */
  readonly regions: readonly string[];
  /** Clients had been served before the first of them. Absent if none had. */
  readonly afterService?: true;
  /** Clients were served after the last of them. Absent if none were. */
  readonly beforeService?: true;
}

interface Noted {
  fromMs: number;
  toMs: number;
  count: number;
  readonly regions: Set<string>;
}

type Tags = Readonly<Record<string, string>>;

export class Failures {
  readonly #kinds = new Map<string, Noted>();
  #servedFirstMs = Number.POSITIVE_INFINITY;
  #servedLastMs = Number.NEGATIVE_INFINITY;

  /** @param offsetMs when the sample was taken, since the first sample of the run */
  note(metric: string, { value, tags }: { value: number; tags: Tags }, offsetMs: number): void {
    if (metric === 'nats_connect') {
      this.#servedFirstMs = Math.min(this.#servedFirstMs, offsetMs);
      this.#servedLastMs = Math.max(this.#servedLastMs, offsetMs);
    }
    if (metric !== 'nats_errors' || value === 0) return;
    const { kind = 'other', region } = tags;
    const noted = this.#kinds.get(kind) ?? { fromMs: offsetMs, toMs: offsetMs, count: 0, regions: new Set() };
    this.#kinds.set(kind, noted);
    noted.fromMs = Math.min(noted.fromMs, offsetMs);
    noted.toMs = Math.max(noted.toMs, offsetMs);
    noted.count += 1;
    if (region !== undefined && region !== '') noted.regions.add(region);
  }

  /** In order of time. */
  result(): readonly Failure[] {
    return [...this.#kinds]
      .map(([kind, { regions, ...noted }]) => ({
        kind,
        ...noted,
        regions: [...regions],
        ...(this.#servedFirstMs < noted.fromMs && { afterService: true as const }),
        ...(this.#servedLastMs > noted.toMs && { beforeService: true as const }),
      }))
      .toSorted((a, b) => a.fromMs - b.fromMs);
  }
}
