// Which sequences a stream has: counting, cutting, comparing. Everything goes by ranges, since a stream has millions.

import type { Extent, SequenceRanges } from './segment-header.ts';

type Range = readonly [first: number, last: number];

/** Of a stream that never had a message. */
export const NO_MESSAGES: Extent = { firstSeq: 1, lastSeq: 0, deleted: [] };

/** Single sequences, in any order, as ranges. */
export function rangesOf(sequences: Iterable<number>): SequenceRanges {
  return merged([...sequences].map((sequence) => [sequence, sequence]));
}

/** Ranges in any order, which may overlap, as ranges in order that don't, with neighbours made one. */
export function merged(ranges: readonly Range[]): SequenceRanges {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** What is in `ranges` and not in `taken`. Both are in order, without overlaps. */
export function without(ranges: SequenceRanges, taken: SequenceRanges): SequenceRanges {
  const result: Range[] = [];
  let n = 0;
  for (const [first, last] of ranges) {
    let from = first;
    while (n < taken.length && (taken[n] as Range)[1] < from) n++;
    for (let m = n; m < taken.length && (taken[m] as Range)[0] <= last; m++) {
      const [takenFirst, takenLast] = taken[m] as Range;
      if (takenFirst > from) result.push([from, takenFirst - 1]);
      from = Math.max(from, takenLast + 1);
    }
    if (from <= last) result.push([from, last]);
  }
  return result;
}

/** How many sequences. */
export function count(ranges: SequenceRanges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The sequences of messages that are there. A server may say 0 for the first of a stream that never had one. */
export function liveRanges({ firstSeq, lastSeq, deleted }: Extent): SequenceRanges {
  const first = Math.max(firstSeq, 1);
  return first > lastSeq ? [] : without([[first, lastSeq]], deleted);
}

/** The parts of ranges that are within `first` and `last`. Ranges are in order, without overlaps. */
export function within(ranges: SequenceRanges, first: number, last: number): SequenceRanges {
  const parts: Range[] = [];
  for (let n = firstEndingFrom(ranges, first); n < ranges.length; n++) {
    const [from, to] = ranges[n] as Range;
    if (from > last) break;
    parts.push([Math.max(from, first), Math.min(to, last)]);
  }
  return parts;
}

/** Whether a sequence is within the ranges. */
export function includes(ranges: SequenceRanges, sequence: number): boolean {
  const range = ranges[firstEndingFrom(ranges, sequence)];
  return range !== undefined && range[0] <= sequence;
}

/** The extent up to a sequence, as if that had been the last. */
export function cutAt(extent: Extent, lastSeq: number): Extent {
  if (lastSeq >= extent.lastSeq) return extent;
  // An empty stream's first sequence is the one after its last.
  const firstSeq = Math.min(extent.firstSeq, lastSeq + 1);
  return { firstSeq, lastSeq, deleted: within(extent.deleted, firstSeq, lastSeq) };
}

/** The place of the first range that ends at or after a sequence. */
function firstEndingFrom(ranges: SequenceRanges, sequence: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as Range)[1] < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}
