import { expect, test } from 'vitest';
import { dollars, FREE_OPERATIONS, operationsOfAMonth } from './cost.ts';

test('a segment every 10 s, and folding, for a month', () => {
  // 259,200 segments, and 5,760 for folding.
  expect(operationsOfAMonth(6, 60)).toBeCloseTo(264_960);
});

test('a million operations cost 4.50 dollars, beyond those that are free', () => {
  expect(dollars(2_000_000)).toBe(9);
  expect(dollars(2_000_000, FREE_OPERATIONS)).toBe(4.5);
  expect(dollars(500_000, FREE_OPERATIONS)).toBe(0);
});
