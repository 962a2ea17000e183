// Spans of time since the first sample of a run, and their union.

/** Milliseconds since the first sample. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function lengthOf({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}

/** In order of time, as one those that touch or overlap, or are apart by no more than that. */
export function union(spans: readonly Span[], apartMs = 0): readonly Span[] {
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || fromMs > last.toMs + apartMs) merged.push({ fromMs, toMs });
    else last.toMs = Math.max(last.toMs, toMs);
  }
  return merged;
}

/** How long all of them are together, none counted twice. */
export function totalOf(spans: readonly Span[]): number {
  return union(spans).reduce((sum, span) => sum + lengthOf(span), 0);
}
