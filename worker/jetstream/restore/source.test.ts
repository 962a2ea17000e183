// Which life of a stream a restore is made from.

import { expect, test } from 'vitest';
import { hasCaughtUp } from './source.ts';

const FULL = { firstSeq: 1, lastSeq: 10, deleted: [] };

test('a stream that is being written anew does not count until it has been written once', () => {
  const epoch = { extent: FULL, nextIndex: 0 };
  expect(hasCaughtUp(epoch, [])).toBe(false);
  expect(hasCaughtUp(epoch, [{ last: 4, extent: FULL }])).toBe(false);
  expect(
    hasCaughtUp(epoch, [
      { last: 4, extent: FULL },
      { last: 10, extent: FULL },
    ]),
  ).toBe(true);
  const later = { ...FULL, lastSeq: 30 };
  expect(
    hasCaughtUp(epoch, [
      { last: 10, extent: FULL },
      { last: 20, extent: later },
    ]),
  ).toBe(true);
});

test('a stream that was empty when it began has nothing to catch up with', () => {
  expect(hasCaughtUp({ extent: { firstSeq: 1, lastSeq: 0, deleted: [] }, nextIndex: 0 }, [])).toBe(true);
});

test('what was folded has caught up', () => {
  expect(hasCaughtUp({ extent: FULL, nextIndex: 60 }, [])).toBe(true);
});

test('a stream whose latest messages were deleted has caught up with the last that is there', () => {
  const deleted = { ...FULL, deleted: [[9, 10]] } as const;
  const epoch = { extent: deleted, nextIndex: 0 };
  expect(hasCaughtUp(epoch, [{ last: 7, extent: deleted }])).toBe(false);
  expect(hasCaughtUp(epoch, [{ last: 8, extent: deleted }])).toBe(true);
  expect(hasCaughtUp({ extent: { ...FULL, deleted: [[1, 10]] }, nextIndex: 0 }, [])).toBe(true);
});
