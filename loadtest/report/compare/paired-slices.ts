// Pairs of slices of two runs: at the same time after each run's beginning.

import type { Slice, TimeSeries } from '../summary.ts';

export type Pair = readonly [before: Slice, after: Slice];

type Slices = readonly (Slice | null)[];

/** The pairs in which both slices have values. The last slice of either run is incomplete and left out. */
export function pairSlices(before: Series, after: Series): readonly Pair[] {
  const sliceMs = Math.max(before.sliceMs, after.sliceMs);
  const a = widen(before, sliceMs);
  const b = widen(after, sliceMs);
  return a.slice(0, Math.min(a.length, b.length) - 1).flatMap((slice, index) => {
    const other = b[index];
    return slice === null || other === null || other === undefined ? [] : [[slice, other] as const];
  });
}

export interface Series {
  readonly sliceMs: number;
  readonly slices: Slices;
}

export function seriesOf({ sliceMs, metrics }: TimeSeries, metric: string, name: string): Series | undefined {
  const slices = metrics[metric]?.[name];
  return slices === undefined ? undefined : { sliceMs, slices };
}

/** From the first slice on in which something was counted, nothing is 0. */
export function counted({ sliceMs, slices }: Series): Series {
  const first = slices.findIndex((slice) => slice !== null);
  return {
    sliceMs,
    slices: slices.map((slice, index) =>
      slice === null && first !== -1 && index > first ? { count: 0, value: 0, p50: 0, p95: 0 } : slice,
    ),
  };
}

/** Longer runs have longer slices, always by a power of two. */
function widen({ sliceMs, slices }: Series, toMs: number): Slices {
  if (sliceMs >= toMs) return slices;
  const halved = Array.from({ length: Math.ceil(slices.length / 2) }, (_, index) =>
    join(slices[2 * index] ?? null, slices[2 * index + 1] ?? null),
  );
  return widen({ sliceMs: sliceMs * 2, slices: halved }, toMs);
}

function join(a: Slice | null, b: Slice | null): Slice | null {
  if (a === null || b === null) return a ?? b;
  const count = a.count + b.count;
  // Of nothing in both there is nothing to weigh.
  if (count === 0) return a;
  const weigh = (of: (slice: Slice) => number) => (of(a) * a.count + of(b) * b.count) / count;
  return {
    count,
    value: weigh(({ value }) => value),
    p50: weigh(({ p50 }) => p50),
    p95: weigh(({ p95 }) => p95),
  };
}
