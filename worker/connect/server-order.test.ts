import { expect, test } from 'vitest';
import type { ServerObservation } from '../../routing/observation.ts';
import { EVEN_WITHIN } from '../../scaling/even-within.ts';
import { serverOrder } from './server-order.ts';

const CAPACITY = 100;
const servers = (...clients: readonly number[]): readonly ServerObservation[] =>
  clients.map((each, index) => ({ number: index + 1, clients: each, maxClients: CAPACITY }));
const keys = Array.from({ length: 3_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`);
const firstOf = (seen: readonly ServerObservation[], key: string, last?: number) =>
  serverOrder(seen, { key, last })[0] ?? 0;

test('a region of one server, or of which nothing is known, is its own server', () => {
  expect(serverOrder(undefined, { key: '203.0.113.7' })).toEqual([1]);
  expect(serverOrder([], { key: '' })).toEqual([1]);
});

test('clients spread over all servers, and each finds the same one while none is much emptier', () => {
  const counts = new Map<number, number>();
  for (const key of keys) {
    const [first = 0, ...more] = serverOrder(servers(10, 10, 10, 10), { key });
    expect(firstOf(servers(15, 12, 10, 14), key)).toBe(first);
    expect(more).toHaveLength(2);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  for (const number of [1, 2, 3, 4]) expect(counts.get(number)).toBeGreaterThan(keys.length / 5);
});

test('one that is emptier by more than the margin takes all of them, and one within the margin no more than its share', () => {
  const margin = EVEN_WITHIN * CAPACITY;
  const share = (other: number) =>
    keys.filter((key) => firstOf(servers(other, 10), key) === 2).length / keys.length;
  expect(share(10 + margin + 1)).toBe(1);
  expect(share(10 + margin)).toBeCloseTo(0.5, 1);
});

test('a client goes back to the server that it had, unless another is much emptier or it is none of these', () => {
  for (const key of keys.slice(0, 50)) {
    expect(firstOf(servers(12, 10, 10), key, 1)).toBe(1);
    expect(firstOf(servers(12, 10, 10), key, 3)).toBe(3);
    expect(firstOf(servers(40, 10), key, 1)).toBe(2);
    expect(firstOf(servers(10, 10), key, 7)).toBe(firstOf(servers(10, 10), key));
  }
});

test('after those that are even come the others, the emptiest first, and full ones last', () => {
  for (const key of keys.slice(0, 50)) {
    expect(serverOrder(servers(CAPACITY, 20, 50, 30), { key })).toEqual([2, 4, 3]);
    expect(serverOrder(servers(CAPACITY, 20), { key, last: 1 })).toEqual([2, 1]);
    expect(serverOrder(servers(CAPACITY, CAPACITY), { key })).toHaveLength(2);
  }
});
