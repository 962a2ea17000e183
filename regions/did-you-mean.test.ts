import { expect, test } from 'vitest';
import { nearest } from './did-you-mean.ts';

const KNOWN = ['keepAwake', 'latitude', 'longitude', 'hint', 'id'];

test.each([
  ['keepawake', 'keepAwake'],
  ['latidude', 'latitude'],
  ['hnit', 'hint'],
  ['hints', 'hint'],
])('%s was meant as %s', (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant);
});

test('a word unlike all known ones gets no suggestion', () => {
  expect(nearest('colour', KNOWN)).toBeUndefined();
  expect(nearest('x'.repeat(100_000), KNOWN)).toBeUndefined();
  expect(nearest('', KNOWN)).toBeUndefined();
});
