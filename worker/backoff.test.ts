import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, FIRST_RETRY_MS } from './backoff.ts';

const MAX_MS = 5_000;
const NO_LUCK = 0;
const MOST_LUCK = 1 - Number.EPSILON;

test.each([NO_LUCK, 0.5, MOST_LUCK])('the first try goes at once, whatever the chance (%d)', (random) => {
  expect(backoffMs(0, MAX_MS, random)).toBe(0);
});

test.each([
  [1, FIRST_RETRY_MS],
  [2, 2 * FIRST_RETRY_MS],
  [3, 4 * FIRST_RETRY_MS],
  [6, 32 * FIRST_RETRY_MS],
])('attempt %i waits %i ms at most and half of that at least', (attempt, most) => {
  expect(backoffMs(attempt, MAX_MS, NO_LUCK)).toBe(most);
  expect(backoffMs(attempt, MAX_MS, MOST_LUCK)).toBeCloseTo(most / 2);
});

test('the last wait below the cap is not capped, the next one is', () => {
  expect(backoffMs(6, MAX_MS, NO_LUCK)).toBe(3_200);
  expect(backoffMs(7, MAX_MS, NO_LUCK)).toBe(MAX_MS);
});

test('a wait that is just the cap is the cap', () => {
  expect(backoffMs(7, 6_400, NO_LUCK)).toBe(6_400);
  expect(backoffMs(8, 6_400, NO_LUCK)).toBe(6_400);
});

test('no attempt waits longer than the cap or less than half of its own wait', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, maxMs, random) => {
        const wait = backoffMs(attempt, maxMs, random);
        expect(wait).toBeLessThanOrEqual(maxMs);
        expect(wait).toBeGreaterThanOrEqual(Math.min(maxMs, FIRST_RETRY_MS) / 2);
      },
    ),
  );
});
