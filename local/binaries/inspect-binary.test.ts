import { expect, test } from 'vitest';
import { isOlder } from './inspect-binary.ts';

test.each([
  ['2.9.25', '2.10.0'],
  ['2.10.0', '2.10.1'],
  ['2.10.9', '2.10.10'],
  ['1.99.99', '2.0.0'],
])('%s is older than %s, and not the other way round', (older, newer) => {
  expect(isOlder(older, newer)).toBe(true);
  expect(isOlder(newer, older)).toBe(false);
});

test('a version is not older than itself', () => {
  expect(isOlder('2.10.0', '2.10.0')).toBe(false);
});
