import { expect, test } from 'vitest';
import { HINTS, type Hint, isSamePlace, LANDS_IN } from './hints.ts';

test('eleven hints are six places', () => {
  expect(new Set(HINTS.map((hint) => LANDS_IN[hint])).size).toBe(6);
});

test.each<[Hint, Hint]>([
  ['sam', 'enam'],
  ['afr', 'weur'],
  ['me', 'eeur'],
  ['apac', 'apac-ne'],
  ['apac-se', 'apac'],
  ['oc', 'oc'],
  ['apac-ne', 'apac-ne'],
])('%s and %s are one place', (a, b) => {
  expect(isSamePlace(a, b)).toBe(true);
});

test.each<[Hint, Hint]>([
  ['apac-ne', 'apac-se'],
  ['weur', 'eeur'],
  ['oc', 'apac'],
  ['sam', 'afr'],
])('%s and %s are two places', (a, b) => {
  expect(isSamePlace(a, b)).toBe(false);
});
