import { expect, test } from 'vitest';
import { LeafNewcomers, SIGNED_IN_WITHIN_MS } from './leaf-newcomers.ts';

const A = '192.0.2.1';
const B = '192.0.2.2';
const NOW = 1_000_000;

function taken(newcomers: LeafNewcomers, network: string, at: number) {
  const newcomer = newcomers.note(network, at);
  newcomer.takenAt = at;
  return newcomer;
}

test('one may sign in until the server counts it, or has disconnected it', () => {
  const newcomers = new LeafNewcomers();
  taken(newcomers, A, NOW);
  taken(newcomers, A, NOW + 1);
  expect(newcomers.pending(A, NOW)).toEqual({ all: 2, ofNetwork: 2 });
  newcomers.joined(1);
  expect(newcomers.pending(A, NOW)).toEqual({ all: 1, ofNetwork: 1 });
  expect(newcomers.pending(A, NOW + SIGNED_IN_WITHIN_MS).all).toBe(1);
  expect(newcomers.pending(A, NOW + 1 + SIGNED_IN_WITHIN_MS).all).toBe(0);
});

test('one on its way is never taken for one that has joined, however long it takes', () => {
  const newcomers = new LeafNewcomers();
  newcomers.note(A, NOW);
  newcomers.joined(1);
  expect(newcomers.pending(A, NOW + SIGNED_IN_WITHIN_MS + 1)).toEqual({ all: 1, ofNetwork: 1 });
});

test('one that joins counts for its address, however many of another one say nothing', () => {
  const newcomers = new LeafNewcomers();
  for (let count = 0; count < 3; count += 1) taken(newcomers, B, NOW);
  taken(newcomers, A, NOW);
  newcomers.joined(1);
  expect(newcomers.pending(A, NOW)).toEqual({ all: 2, ofNetwork: 0 });
});

test('when some leave, none has joined', () => {
  const newcomers = new LeafNewcomers();
  taken(newcomers, A, NOW);
  newcomers.joined(-1);
  expect(newcomers.pending(A, NOW).all).toBe(1);
});

test('one that failed is its address, by when its connection began, and is told once', () => {
  const newcomers = new LeafNewcomers();
  taken(newcomers, A, NOW);
  taken(newcomers, B, NOW + 300);
  const listed = [{ id: 7, beganAt: NOW + 290 }];
  expect(newcomers.failed(listed, NOW + 400)).toEqual([B]);
  taken(newcomers, B, NOW + 310);
  expect(newcomers.failed(listed, NOW + 400)).toEqual([]);
  expect(newcomers.failed([...listed, { id: 9, beganAt: NOW + 311 }], NOW + 400)).toEqual([B]);
  expect(newcomers.pending(A, NOW + 400)).toEqual({ all: 1, ofNetwork: 1 });
});

test('a failure of a time when nobody came is nobody’s, and what came a minute ago is forgotten', () => {
  const newcomers = new LeafNewcomers();
  taken(newcomers, A, NOW);
  expect(newcomers.failed([{ id: 1, beganAt: NOW - 5_000 }], NOW)).toEqual([]);
  expect(newcomers.of(A)).toBe(1);
  expect(newcomers.failed([{ id: 2, beganAt: NOW }], NOW + 60_000)).toEqual([]);
  expect(newcomers.of(A)).toBe(0);
});
