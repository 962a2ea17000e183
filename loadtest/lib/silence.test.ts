import { expect, test } from 'vitest';
import { Gaps } from './gaps.js';
import { silentSince } from './silence.js';

test('service ended when something was asked first of which nothing came', () => {
  expect(silentSince([2_000], { heardAtMs: 1_900, endedMs: 9_000 })).toBe(2_000);
  expect(silentSince([undefined, 5_000, 3_000], { heardAtMs: 1_900, endedMs: 9_000 })).toBe(3_000);
});

test('as long as anything came it was there', () => {
  expect(silentSince([2_000], { heardAtMs: 6_000, endedMs: 9_000 })).toBe(6_000);
  expect(silentSince([2_000], { heardAtMs: 8_500, endedMs: 9_000 })).toBe(9_000);
});

test('a connection that was idle, or has only just asked, was lost when it was closed', () => {
  expect(silentSince([], { heardAtMs: 1_000, endedMs: 90_000 })).toBe(90_000);
  expect(silentSince([undefined], { heardAtMs: 1_000, endedMs: 90_000 })).toBe(90_000);
  expect(silentSince([89_500], { heardAtMs: 1_000, endedMs: 90_000 })).toBe(90_000);
});

test('what a schedule waits for is vain since the last arrival, once more is due', () => {
  const gaps = new Gaps(100);
  expect(gaps.vainSinceMs).toBeUndefined();
  gaps.due(1_000);
  gaps.arrived(1_010);
  expect(gaps.vainSinceMs).toBeUndefined();
  gaps.due(1_100);
  gaps.due(1_200);
  expect(gaps.vainSinceMs).toBe(1_010);
});
