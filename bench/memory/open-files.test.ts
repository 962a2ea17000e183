import { expect, test } from 'vitest';
import { clientsThatFit, parseLimit, spread } from './open-files.ts';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95906                95906                processes
Max open files            1024                 20000                files
`;

test('the hard limit on open files is the one that counts', () => expect(parseLimit(LIMITS)).toBe(20_000));

test('no limit is a limit that nobody reaches', () => {
  expect(parseLimit('Max open files            1024 unlimited            files')).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test('a system that does not say is an error', () => expect(() => parseLimit('')).toThrow('open files'));

test('three files for each client, and some for everything else', () => {
  expect(clientsThatFit(30_200)).toBe(10_000);
  expect(clientsThatFit(30_199)).toBe(9_999);
  expect(clientsThatFit(100)).toBe(0);
});

test('what fits goes to one stack, and what is over to the next ones', () => {
  expect(spread(0, 6_600)).toEqual([0]);
  expect(spread(6_600, 6_600)).toEqual([6_600]);
  expect(spread(6_601, 6_600)).toEqual([6_600, 1]);
  expect(spread(10_000, 4_000)).toEqual([4_000, 4_000, 2_000]);
  expect(spread(10_000, Number.POSITIVE_INFINITY)).toEqual([10_000]);
});

test('where nobody fits there is nothing to spread over', () => {
  expect(() => spread(1, 0)).toThrow('ulimit -n');
});
