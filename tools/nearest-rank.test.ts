import { expect, test } from 'vitest';
import { nearestRank } from './nearest-rank.ts';

test('a percentile is the least value that so many do not exceed', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(nearestRank(twenty, 0.95)).toBe(19);
  expect(nearestRank([...twenty, 21], 0.95)).toBe(20);
  expect(nearestRank([7], 0.95)).toBe(7);
  expect(nearestRank([], 0.95)).toBeUndefined();
});
