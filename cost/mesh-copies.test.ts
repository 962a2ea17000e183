import { expect, test } from 'vitest';
import { meshCopies, type Places, reach } from './mesh-copies.ts';

const placesOf = (shares: Readonly<Record<string, number>>, servers = 1): Places =>
  new Map(Object.entries(shares).map(([id, share]) => [id, { servers, share }]));
const HALVES = placesOf({ weur: 0.5, enam: 0.5, oc: 0 });
const THIRDS = placesOf({ weur: 1 / 3, enam: 1 / 3, oc: 1 / 3 });

type Are = 'near' | 'anywhere' | 'apart';
const copies = (places: Places, fanOut: number, subscribersAre: Are, from = 'weur') =>
  meshCopies(from, places, { fanOut, subscribersAre });
const total = (of: ReadonlyMap<string, number>) => [...of.values()].reduce((sum, each) => sum + each, 0);

test('one subscriber is elsewhere as often as clients are, and never where there are none', () => {
  expect(copies(HALVES, 1, 'anywhere')).toEqual(new Map([['enam', 0.5]]));
});

test('half a subscriber is there half as often, and many are everywhere: a server gets a message once', () => {
  expect(total(copies(HALVES, 0.5, 'anywhere'))).toBe(0.25);
  expect(total(copies(THIRDS, 2, 'anywhere'))).toBeCloseTo(2 * (1 - (2 / 3) ** 2), 10);
  expect(total(copies(THIRDS, 1_000, 'anywhere'))).toBeCloseTo(2, 10);
});

test('each other server of a region gets a copy too: four in one region, ten subscribers', () => {
  const four = placesOf({ weur: 1 }, 4);
  // Each of the three others is without any of them at 0.75 to the tenth: 0.0563.
  expect(copies(four, 10, 'anywhere')).toEqual(new Map([['weur', expect.closeTo(3 * 0.943_686, 5)]]));
  expect(total(copies(four, 2, 'apart'))).toBe(2);
  expect(total(copies(four, 1_000, 'apart'))).toBe(3);
});

test('three servers in each of three regions: two at home, six abroad', () => {
  const nine = placesOf({ weur: 1 / 3, enam: 1 / 3, oc: 1 / 3 }, 3);
  const found = copies(nine, 1, 'anywhere');
  expect(found.get('weur')).toBeCloseTo(2 / 9, 10);
  expect(found.get('oc')).toBeCloseTo(3 / 9, 10);
  expect(total(copies(nine, 1_000, 'anywhere'))).toBeCloseTo(8, 10);
});

test('apart, each subscriber is at another server, as long as there are some', () => {
  expect(total(copies(THIRDS, 0.5, 'apart'))).toBe(0.5);
  expect(total(copies(THIRDS, 1, 'apart'))).toBe(1);
  expect(total(copies(THIRDS, 5, 'apart'))).toBe(2);
});

test('near, and where there is one server, nothing crosses', () => {
  expect(total(copies(THIRDS, 1_000, 'near'))).toBe(0);
  expect(total(copies(placesOf({ weur: 1 }), 1_000, 'apart'))).toBe(0);
  expect(total(copies(placesOf({ weur: 1 }), 1_000, 'anywhere'))).toBe(0);
});

test('a server without clients, and a region without a server, are reached by none', () => {
  const places = new Map([...HALVES, ['apac', { servers: 0, share: 0.5 }]]);
  const subscribers = { fanOut: 1_000, subscribersAre: 'apart' } as const;
  expect(reach('weur', 'oc', places, subscribers)).toBe(0);
  expect(reach('weur', 'apac', places, subscribers)).toBe(0);
  expect(reach('weur', 'enam', places, subscribers)).toBe(1);
});
