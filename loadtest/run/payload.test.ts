import { expect, test } from 'vitest';
import { checkPayload } from './payload.ts';

const MAX = 1_048_576;

test('a payload above what the servers take is refused with both', () => {
  expect(() => checkPayload(['SIZE=64', 'SIZE=2000000'], {}, MAX)).toThrow(
    'SIZE is 2000000, and the servers take no payload above 1048576 bytes',
  );
  expect(() => checkPayload([], { SIZE: '1048577' }, MAX)).toThrow('max_payload');
});

test('one up to it is taken, as is any where the servers do not say', () => {
  expect(() => checkPayload([`SIZE=${MAX}`], { SIZE: '2000000' }, MAX)).not.toThrow();
  expect(() => checkPayload([], {}, MAX)).not.toThrow();
  expect(() => checkPayload(['SIZE=2000000'], {}, undefined)).not.toThrow();
});
