import { expect, test } from 'vitest';
import { retryAfter } from './retry-after.ts';

test.each([
  [0, '1'],
  [0.5, '2'],
  [0.999, '3'],
])('by chance (%f) a client is asked to wait for a second or a few', (random, seconds) => {
  expect(retryAfter(() => random)).toBe(seconds);
});
