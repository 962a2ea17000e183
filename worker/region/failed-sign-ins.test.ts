import { expect, test } from 'vitest';
import { FailedSignIns, WINDOW_MS } from './failed-sign-ins.ts';

const THEN = 100_000;

test('failures count for a minute from the first on, each network for itself', () => {
  const failed = new FailedSignIns();
  failed.note('a', THEN);
  failed.note('a', THEN + WINDOW_MS - 1);
  failed.note('b', THEN + 1);
  expect([failed.of('a', THEN + WINDOW_MS - 1), failed.of('b', THEN + 1), failed.of('c', THEN)]).toEqual([
    2, 1, 0,
  ]);
  expect(failed.of('a', THEN + WINDOW_MS)).toBe(0);
  failed.note('a', THEN + WINDOW_MS);
  expect(failed.of('a', THEN + WINDOW_MS)).toBe(1);
});

test('what is remembered is bounded, and the oldest is forgotten first', () => {
  const failed = new FailedSignIns();
  for (let index = 0; index <= 2_000; index += 1) failed.note(`${index}`, THEN);
  expect([failed.of('0', THEN), failed.of('1', THEN), failed.of('2000', THEN)]).toEqual([0, 1, 1]);
});
