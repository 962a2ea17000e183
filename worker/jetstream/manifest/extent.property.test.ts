// Counting and cutting by ranges does the same as counting and cutting single sequences.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backedUp } from './coverage.ts';
import { count, cutAt, includes, liveRanges, merged, rangesOf, within, without } from './extent.ts';
import type { Extent, SequenceRanges } from './segment-header.ts';

const MAX = 40;

const sequences = fc.uniqueArray(fc.integer({ min: 1, max: MAX }));

const extents: fc.Arbitrary<Extent> = fc
  .tuple(fc.integer({ min: 1, max: MAX }), fc.integer({ min: -1, max: MAX }), sequences)
  .map(([firstSeq, more, gone]) => {
    const lastSeq = firstSeq + more;
    const deleted = rangesOf(gone.filter((sequence) => sequence >= firstSeq && sequence <= lastSeq));
    return { firstSeq, lastSeq, deleted };
  });

function each(ranges: SequenceRanges): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, n) => first + n));
}

const ascending = (numbers: Iterable<number>) => [...numbers].toSorted((a, b) => a - b);

describe('ranges', () => {
  test('are the sequences they were made of, neighbours in one', () => {
    fc.assert(
      fc.property(sequences, (list) => {
        const ranges = rangesOf(list);
        expect(each(ranges)).toEqual(ascending(list));
        expect(count(ranges)).toBe(list.length);
        for (const [n, [first]] of ranges.entries()) {
          if (n > 0) expect(first).toBeGreaterThan((ranges[n - 1]?.[1] ?? 0) + 1);
        }
      }),
    );
  });

  test('without others, within bounds, and asked for one, are what single sequences are', () => {
    fc.assert(
      fc.property(sequences, sequences, fc.nat(MAX), fc.nat(MAX), (some, others, first, last) => {
        const ranges = rangesOf(some);
        expect(each(without(ranges, rangesOf(others)))).toEqual(
          ascending(some.filter((sequence) => !others.includes(sequence))),
        );
        expect(each(within(ranges, first, last))).toEqual(
          ascending(some.filter((sequence) => sequence >= first && sequence <= last)),
        );
        expect(includes(ranges, first)).toBe(some.includes(first));
      }),
    );
  });

  test('that overlap become one', () => {
    expect(
      merged([
        [5, 9],
        [1, 6],
        [10, 10],
        [20, 21],
      ]),
    ).toEqual([
      [1, 10],
      [20, 21],
    ]);
  });
});

describe('an extent', () => {
  test('that is cut has the messages up to there, and its last sequence', () => {
    fc.assert(
      fc.property(extents, fc.nat(2 * MAX), (extent, at) => {
        const cut = cutAt(extent, at);
        expect(each(liveRanges(cut))).toEqual(each(liveRanges(extent)).filter((sequence) => sequence <= at));
        expect(cut.lastSeq).toBe(Math.min(at, extent.lastSeq));
        expect(cut.firstSeq).toBeLessThanOrEqual(cut.lastSeq + 1);
      }),
    );
  });

  test('of which all up to a message is backed up keeps what follows only if there is no message in it', () => {
    fc.assert(
      fc.property(extents, fc.nat(2 * MAX), (extent, last) => {
        const kept = backedUp(extent, last);
        const live = each(liveRanges(extent));
        const next = live.find((sequence) => sequence > last);
        expect(kept.lastSeq).toBe(next === undefined ? Math.max(extent.lastSeq, last) : next - 1);
        expect(each(liveRanges(kept)).filter((sequence) => sequence <= extent.lastSeq)).toEqual(
          live.filter((sequence) => sequence <= last),
        );
      }),
    );
  });
});
