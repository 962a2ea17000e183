import { expect, test } from 'vitest';
import { WAKES_PER_MINUTE, Wakes } from './wakes.ts';

const NOW = 1_000_000;

test('a network wakes a region so often within a minute, and others are not meant', () => {
  const wakes = new Wakes();
  const asked = Array.from({ length: WAKES_PER_MINUTE + 1 }, (_, index) =>
    wakes.note('192.0.2.1', NOW + index),
  );
  expect(asked).toEqual([...Array<boolean>(WAKES_PER_MINUTE).fill(true), false]);
  expect(wakes.note('192.0.2.2', NOW)).toBe(true);
  expect(wakes.note('192.0.2.1', NOW + 60_000)).toBe(true);
});
