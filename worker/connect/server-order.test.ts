import { expect, test } from 'vitest';
import { serverOrder } from './server-order.ts';

const servers = (...clients: readonly number[]) =>
  clients.map((each, index) => ({ number: index + 1, clients: each, maxClients: 100 }));
const addresses = Array.from({ length: 3_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`);

test('a region of one server, or of which nothing is known, is its own server', () => {
  expect(serverOrder(undefined, '203.0.113.7')).toEqual([1]);
  expect(serverOrder([], undefined)).toEqual([1]);
});

test('clients spread over all servers, and each finds the same one again as long as the load is the same', () => {
  const counts = new Map<number, number>();
  for (const address of addresses) {
    const [first = 0, ...more] = serverOrder(servers(10, 10, 10, 10), address);
    expect(serverOrder(servers(10, 10, 10, 10), address)[0]).toBe(first);
    expect(more).toHaveLength(2);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  for (const number of [1, 2, 3, 4]) expect(counts.get(number)).toBeGreaterThan(addresses.length / 8);
});

test('of two that are drawn the emptier one comes first, so a new server fills faster than the others', () => {
  const first = addresses.map((address) => serverOrder(servers(60, 60, 0), address)[0]);
  const share = first.filter((number) => number === 3).length / first.length;
  // It is in two of three pairs.
  expect(share).toBeGreaterThan(0.6);
  expect(share).toBeLessThan(0.75);
});

test('a full server comes last, since what is known of it may be old', () => {
  for (const address of addresses.slice(0, 50)) {
    expect(serverOrder(servers(100, 20), address)).toEqual([2, 1]);
    expect(serverOrder(servers(100, 100), address)).toHaveLength(2);
  }
});
