// Which sequences segments hold, and which of a stream's they lack.

import { count, cutAt, liveRanges, merged, within, without } from './extent.ts';
import type { Extent, SegmentSummary, SequenceRanges } from './segment-header.ts';

/** The sequences between the first and the last message of each segment. */
export function covered(segments: readonly SegmentSummary[]): SequenceRanges {
  return merged(segments.filter(({ messages }) => messages > 0).map(({ first, last }) => [first, last]));
}

/** The last sequence that any of them holds; 0 without messages. */
export function lastCovered(segments: readonly SegmentSummary[]): number {
  return segments.reduce((last, segment) => Math.max(last, segment.last), 0);
}

/**
 * The extent that segments can restore: up to the last sequence they hold, and on over sequences that were deleted. What
 * comes behind it was stored, but is not backed up yet.
 */
export function backedUp(extent: Extent, last: number): Extent {
  const [next] = within(liveRanges(extent), last + 1, Number.MAX_SAFE_INTEGER);
  if (next !== undefined) return cutAt(extent, next[0] - 1);
  // Messages may have come since the extent was taken.
  return last > extent.lastSeq ? { ...extent, lastSeq: last } : extent;
}

/** A segment that has fewer messages than it should, and how many. */
export interface ShortSegment<S> {
  readonly segment: S;
  readonly missing: number;
}

/** What an extent has and segments lack. */
export interface Gaps<S> {
  /** Between segments. */
  readonly between: SequenceRanges;
  /** Within a segment: it is not known which ones. */
  readonly within: readonly ShortSegment<S>[];
}

export function gapsOf<S extends { readonly header: SegmentSummary }>(
  extent: Extent,
  segments: readonly S[],
): Gaps<S> {
  const live = liveRanges(extent);
  const short: ShortSegment<S>[] = [];
  for (const segment of segments) {
    const missing = liveIn(live, segment.header) - segment.header.messages;
    if (missing > 0) short.push({ segment, missing });
  }
  return { between: without(live, covered(segments.map(({ header }) => header))), within: short };
}

/** How many of the sequences that are there a segment is to have. */
export function liveIn(live: SequenceRanges, { first, last, messages }: SegmentSummary): number {
  return messages === 0 ? 0 : count(within(live, first, last));
}
