import { expect, test } from 'vitest';
import { isOnGlobe } from './coordinates.ts';

test.each([
  [0, 0],
  [90, 180],
  [-90, -180],
])('%d, %d is on the globe', (latitude, longitude) => {
  expect(isOnGlobe({ latitude, longitude })).toBe(true);
});

test.each([
  [90.01, 0],
  [-90.01, 0],
  [0, 180.01],
  [0, -180.01],
  [Number.NaN, 0],
  [0, Number.NaN],
  [Number.POSITIVE_INFINITY, 0],
])('%d, %d is not', (latitude, longitude) => {
  expect(isOnGlobe({ latitude, longitude })).toBe(false);
});
