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

/**
 * How many messages are missing that are still there: of a segment that has too few it is not known which, so as many are
 * counted as the stream has more than the segment.
 */
export function missedOf<S extends { readonly header: SegmentSummary }>(
  { between, within: short }: Gaps<S>,
  now: Extent,
): number {
  const live = liveRanges(now);
  const ofShort = short.map(({ segment: { header } }) => liveIn(live, header) - header.messages);
  const ofBetween = between.map(([first, last]) => count(within(live, first, last)));
  return [...ofBetween, ...ofShort].reduce((sum, missed) => sum + Math.max(0, missed), 0);
}

/**
 * How many of the messages that a stream had when its epoch began are neither in its backup nor known to have gone since:
 * they are still to be written, or the segments that had them are lost. What was folded was all there.
 */
export function unwrittenOf({
  epoch,
  streamExtent,
  segments,
}: {
  readonly epoch: { readonly extent: Extent; readonly nextIndex: number };
  readonly streamExtent: Extent;
  readonly segments: readonly { readonly header: SegmentSummary }[];
}): number {
  if (epoch.nextIndex > 0) return 0;
  const last = lastCovered(segments.map(({ header }) => header));
  return count(within(liveRanges(streamExtent), last + 1, epoch.extent.lastSeq));
}
