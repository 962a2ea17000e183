import { expect, test } from 'vitest';
import { listOf, numberOf, rangeOf } from './options.ts';

test('a list holds known words only', () => {
  const parse = listOf(['near', 'far']);
  expect(parse('far, near')).toEqual(['far', 'near']);
  expect(() => parse('near,wide')).toThrow('There is no "wide"; there are near, far.');
});

test('a range is a number, a list, or from..to', () => {
  const parse = rangeOf(5);
  expect(parse('3')).toEqual([3]);
  expect(parse('1,3,5')).toEqual([1, 3, 5]);
  expect(parse('2..4,5')).toEqual([2, 3, 4, 5]);
});

test.each(['', '0', '6', '1..6', '4..2', '1.5', 'x', '1..2..3', '3,'])(
  '"%s" is no range of 1 to 5',
  (text) => {
    expect(() => rangeOf(5)(text)).toThrow('is no range of 1 to 5');
  },
);

test('a number is taken from its least on', () => {
  expect(numberOf(1)('1')).toBe(1);
  for (const text of ['0.9', '', 'x', 'Infinity']) expect(() => numberOf(1)(text)).toThrow('1 or more');
});
