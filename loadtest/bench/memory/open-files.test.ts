import { expect, test } from 'vitest';
import { clientsThatFit, parseLimit } from './open-files.ts';

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
