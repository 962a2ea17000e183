import { expect, test } from 'vitest';
import { meshCopies } from './mesh-copies.ts';

const HALVES = new Map([
  ['weur', 0.5],
  ['enam', 0.5],
  ['oc', 0],
]);
const THIRDS = new Map([
  ['weur', 1 / 3],
  ['enam', 1 / 3],
  ['oc', 1 / 3],
]);

const total = (copies: ReadonlyMap<string, number>) =>
  [...copies.values()].reduce((sum, each) => sum + each, 0);

test('one subscriber is elsewhere as often as clients are, and never where there are none', () => {
  expect(meshCopies('weur', HALVES, 1, 'anywhere')).toEqual(new Map([['enam', 0.5]]));
});

test('half a subscriber is there half as often, and many are everywhere: a region gets a message once', () => {
  expect(total(meshCopies('weur', HALVES, 0.5, 'anywhere'))).toBe(0.25);
  expect(total(meshCopies('weur', THIRDS, 2, 'anywhere'))).toBeCloseTo(2 * (1 - (2 / 3) ** 2), 10);
  expect(total(meshCopies('weur', THIRDS, 1_000, 'anywhere'))).toBeCloseTo(2, 10);
});

test('apart, each subscriber is in another region, as long as there are regions', () => {
  expect(total(meshCopies('weur', THIRDS, 0.5, 'apart'))).toBe(0.5);
  expect(total(meshCopies('weur', THIRDS, 1, 'apart'))).toBe(1);
  expect(total(meshCopies('weur', THIRDS, 5, 'apart'))).toBe(2);
});

test('near, and where there is one region, nothing crosses', () => {
  expect(total(meshCopies('weur', THIRDS, 1_000, 'near'))).toBe(0);
  expect(total(meshCopies('weur', new Map([['weur', 1]]), 1_000, 'apart'))).toBe(0);
});
