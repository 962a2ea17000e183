import { expect, test } from 'vitest';
import { IDLE_AFTER_MS, Newcomers } from './newcomers.ts';
import { COUNTED_AFTER_MS } from './seats.ts';

const A = '192.0.2.1';
const B = '192.0.2.2';
const THEN = 100_000;
const LATER = THEN + IDLE_AFTER_MS;

function arrived(...networks: readonly string[]): Newcomers {
  const newcomers = new Newcomers();
  for (const [index, network] of networks.entries()) newcomers.note(network, THEN).takenAt = THEN + index;
  return newcomers;
}

test('everybody who has just come counts as one who has not authenticated, and as idle only when seen so', () => {
  const newcomers = arrived(A, A, B);
  expect([newcomers.of(A), newcomers.of(B), newcomers.size]).toEqual([2, 1, 3]);
  expect(newcomers.idle(A)).toEqual({ all: 0, ofNetwork: 0 });
});

test('those whom the server does not list any more have authenticated, or have gone', () => {
  const newcomers = arrived(A, A, B);
  newcomers.settle([THEN + 2], LATER + 2);
  expect([newcomers.of(A), newcomers.of(B)]).toEqual([0, 1]);
  expect(newcomers.idle(B)).toEqual({ all: 1, ofNetwork: 1 });
  newcomers.settle([], LATER + 3);
  expect([newcomers.size, newcomers.idle(B).all]).toEqual([0, 0]);
});

test('one who came a moment ago is given time, and one who came after the question is not judged by the answer', () => {
  const newcomers = arrived(A, B);
  newcomers.settle([THEN], THEN);
  expect([newcomers.of(A), newcomers.of(B), newcomers.idle(A).all]).toEqual([1, 1, 0]);
});

test('one that the server has not taken yet is not on its list, and counts all the same', () => {
  const newcomers = new Newcomers();
  const newcomer = newcomers.note(A, THEN);
  newcomers.settle([], LATER);
  expect(newcomers.of(A)).toBe(1);
  newcomer.takenAt = LATER;
  newcomers.settle([], LATER + COUNTED_AFTER_MS - 1);
  expect(newcomers.of(A)).toBe(1);
  newcomers.settle([], LATER + COUNTED_AFTER_MS);
  expect(newcomers.of(A)).toBe(0);
});

test('one that the server did not take is forgotten, once', () => {
  const newcomers = new Newcomers();
  const [one] = [newcomers.note(A, THEN), newcomers.note(A, THEN)];
  newcomers.left(one);
  newcomers.left(one);
  expect([newcomers.of(A), newcomers.size]).toEqual([1, 1]);
});

test('of those who are gone it tells who was refused, each once', () => {
  const newcomers = arrived(A, B, A);
  expect(newcomers.settle([THEN + 2], LATER + 2, [THEN + 2, THEN, THEN - 20_000])).toEqual([B, A]);
  expect(newcomers.of(A)).toBe(1);
  expect(newcomers.settle([], LATER + 3, [])).toEqual([]);
});

test('clocks that differ by a little, and connections of nobody known, do no harm', () => {
  const newcomers = arrived(A);
  newcomers.settle([THEN - 60_000, THEN - 20, THEN - 30], LATER);
  expect(newcomers.idle(A)).toEqual({ all: 1, ofNetwork: 1 });
});

test('what is remembered is bounded', () => {
  const newcomers = arrived(...Array.from({ length: 5_000 }, (_, index) => `10.0.0.${index}`));
  expect(newcomers.size).toBe(2_000);
  expect(newcomers.of('10.0.0.0')).toBe(0);
});
