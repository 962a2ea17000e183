import { expect, test } from 'vitest';
import { RESTART_MAX_MS, Restarts, STABLE_AFTER_MS } from './restarts.ts';

/** The chance by which pauses are the longest. */
const LONGEST = 0;

test('the first restart goes at once, the next ones later and later, up to a limit', () => {
  const restarts = new Restarts();
  const pauses = Array.from({ length: 20 }, () => restarts.nextPauseMs(LONGEST));
  expect(pauses[0]).toBe(0);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses[2]).toBeGreaterThan(pauses[1] ?? 0);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(RESTART_MAX_MS);
});

test.each([
  [STABLE_AFTER_MS - 1, false],
  [STABLE_AFTER_MS, true],
])('after a server that ran for %i ms it goes at once: %s', (livedMs, isAtOnce) => {
  const restarts = new Restarts();
  for (let count = 0; count < 5; count++) restarts.nextPauseMs(LONGEST);
  restarts.ended(livedMs);
  expect(restarts.nextPauseMs(LONGEST) === 0).toBe(isAtOnce);
});
