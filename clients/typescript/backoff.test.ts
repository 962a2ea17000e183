import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

const longest = () => 1;
const shortest = () => 0;
const waits = (backoff: Backoff, leftMs?: number) => Array.from({ length: 6 }, () => backoff.next(leftMs));

test('waits double up to a limit, and spread over the upper half of it', () => {
  expect(waits(new Backoff(500, 5_000, longest))).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(waits(new Backoff(500, 5_000, shortest))).toEqual([250, 500, 1_000, 2_000, 2_500, 2_500]);
});

test('of a time that ends a quarter is waited at most, but never less than first', () => {
  expect(waits(new Backoff(1_000, 30_000, longest), 12_000)).toEqual([
    1_000, 2_000, 3_000, 3_000, 3_000, 3_000,
  ]);
  expect(new Backoff(1_000, 30_000, longest).next(100)).toBe(1_000);
});

test('when that time is over waits grow as others do', () => {
  expect(waits(new Backoff(1_000, 30_000, longest), -1).at(-1)).toBe(30_000);
});

test('a wait stays the same until there is an attempt', () => {
  const backoff = new Backoff(500, 5_000);
  const first = backoff.ms();
  expect(backoff.ms()).toBe(first);
  backoff.advance();
  expect(backoff.ms()).toBeGreaterThanOrEqual(500);
  backoff.reset();
  expect(backoff.ms()).toBeLessThanOrEqual(500);
});
