import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, dueBy } from './due-times.ts';

test('clients are due at a steady rate from the start on', () => {
  expect([0, 1, 2, 10].map((n) => dueAt(1_000, 4, n))).toEqual([1_000, 1_250, 1_500, 3_500]);
});

test('the first is due at the start, the next one exactly at its time and not before', () => {
  expect([999, 1_000, 1_249, 1_250].map((now) => dueBy(now, 1_000, 4))).toEqual([0, 1, 1, 2]);
});

test('nobody is due at no rate', () => {
  expect(dueBy(5_000, 1_000, 0)).toBe(0);
});

test('whatever the program was busy with, those whose time has come are due, and no others', () => {
  const perSecond = fc.constantFrom(1, 2, 4, 5, 8, 10, 20, 50);
  fc.assert(
    fc.property(fc.nat(10_000), perSecond, (elapsed, rate) => {
      const due = dueBy(elapsed, 0, rate);
      expect(dueAt(0, rate, due - 1)).toBeLessThanOrEqual(elapsed);
      expect(dueAt(0, rate, due)).toBeGreaterThan(elapsed);
    }),
  );
});
