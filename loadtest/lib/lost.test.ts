import { expect, test } from 'vitest';
import { lostOf } from './lost.js';

test('what is not found is lost, and so is what the stream has too few', () => {
  expect(lostOf({ acknowledged: 10, stored: 10, found: [] })).toEqual({ lost: 0, isWhole: true });
  expect(lostOf({ acknowledged: 10, stored: 12, found: [true, false] })).toEqual({ lost: 1, isWhole: true });
  expect(lostOf({ acknowledged: 10, stored: 7, found: [false] })).toEqual({ lost: 3, isWhole: true });
});

test('with the stream all of it is lost, whoever has read it', () => {
  expect(lostOf({ acknowledged: 10, stored: 0, found: [] })).toEqual({ lost: 10, isWhole: true });
});

test('what nobody says is neither lost nor there', () => {
  expect(lostOf({ acknowledged: 10, stored: undefined, found: [] })).toEqual({ lost: 0, isWhole: false });
  expect(lostOf({ acknowledged: 10, stored: 10, found: [false, undefined] })).toEqual({
    lost: 1,
    isWhole: false,
  });
});
