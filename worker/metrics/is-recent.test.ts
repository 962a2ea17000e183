import { expect, test } from 'vitest';
import { isRecent } from './is-recent.ts';

test.each([
  [0, true],
  [9, true],
  [10, false],
  [-1, false],
])('what is %i ms old of at most 10: %s', (age, expected) => {
  expect(isRecent(1_000, 1_000 + age, 10)).toBe(expected);
});
