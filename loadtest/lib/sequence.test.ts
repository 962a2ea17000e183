import { expect, test } from 'vitest';
import { Sequence } from './sequence.js';

const GRACE_MS = 1_000;

test('messages in order are neither missing nor disordered', () => {
  const sequence = new Sequence(GRACE_MS);
  for (const number of [0, 1, 2]) expect(sequence.take(number, number)).toBe('next');
  expect(sequence.arrived).toBe(3);
  expect(sequence.finish(3)).toBe(0);
});

test('one that is jumped over is missing after its grace, and not before', () => {
  const sequence = new Sequence(GRACE_MS);
  sequence.take(0, 0);
  sequence.take(3, 100);
  expect(sequence.settle(100 + GRACE_MS - 1)).toBe(0);
  expect(sequence.settle(100 + GRACE_MS)).toBe(2);
  expect(sequence.settle(100 + 2 * GRACE_MS)).toBe(0);
  expect(sequence.arrived).toBe(2);
  expect(sequence.finish(4)).toBe(0);
});

test('one that comes after a later one is disordered, and a second time doubled', () => {
  const sequence = new Sequence(GRACE_MS);
  expect(sequence.take(1, 0)).toBe('next');
  expect(sequence.take(0, 10)).toBe('disordered');
  expect(sequence.take(0, 20)).toBe('doubled');
  expect(sequence.take(1, 30)).toBe('doubled');
  expect(sequence.arrived).toBe(2);
  expect(sequence.settle(10 * GRACE_MS)).toBe(0);
});

test('one that was called missing stays so, also when it comes all the same', () => {
  const sequence = new Sequence(GRACE_MS);
  sequence.take(1, 0);
  expect(sequence.settle(GRACE_MS)).toBe(1);
  expect(sequence.take(0, 2 * GRACE_MS)).toBe('late');
  expect(sequence.arrived).toBe(1);
  expect(sequence.take(0, 3 * GRACE_MS)).toBe('late');
});

test('what nothing follows is missing only at the end', () => {
  const sequence = new Sequence(GRACE_MS);
  sequence.take(0, 0);
  sequence.take(2, 0);
  expect(sequence.settle(GRACE_MS - 1)).toBe(0);
  expect(sequence.finish(5)).toBe(3);
  expect(sequence.arrived).toBe(2);
});

test('of messages of which none arrived all are missing', () => {
  expect(new Sequence(GRACE_MS).finish(7)).toBe(7);
});
