import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const KNOWN = ['keepAwake', 'latitude', 'longitude', 'hint', 'id'];

test.each([
  ['keepawake', 'keepAwake'],
  ['latidude', 'latitude'],
  ['hnit', 'hint'],
  ['hints', 'hint'],
])('%s was meant as %s', (word, meant) => {
  expect(didYouMean(word, KNOWN)).toBe(meant);
});

test('a word unlike all known ones gets no suggestion', () => {
  expect(didYouMean('colour', KNOWN)).toBeUndefined();
  expect(didYouMean('x'.repeat(100_000), KNOWN)).toBeUndefined();
  expect(didYouMean('', KNOWN)).toBeUndefined();
});
