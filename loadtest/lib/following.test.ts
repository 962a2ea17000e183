import { expect, test } from 'vitest';
import { Following } from './following.js';

const elsewhere = (region: string) => region !== 'weur';

test('the first client that lands where it should says how long it took, the next one nothing new', () => {
  const following = new Following(1_000, elsewhere);
  expect(following.take('weur', { dueMs: 1_000, servedMs: 1_020 })).toEqual({
    follows: false,
    ms: undefined,
  });
  expect(following.isFollowed).toBe(false);
  expect(following.take('oc', { dueMs: 1_100, servedMs: 1_130 })).toEqual({ follows: true, ms: 130 });
  expect(following.take('oc', { dueMs: 1_200, servedMs: 1_230 })).toEqual({ follows: true, ms: undefined });
  expect(following.isFollowed).toBe(true);
});

test('a client that was due before says nothing, wherever it lands', () => {
  const following = new Following(1_000, elsewhere);
  for (const region of ['weur', 'oc'])
    expect(following.take(region, { dueMs: 999, servedMs: 1_500 })).toBeUndefined();
  expect(following.isFollowed).toBe(false);
});

test('one that still lands as before takes it back, and the next tells the longer time', () => {
  const following = new Following(0, elsewhere);
  following.take('oc', { dueMs: 100, servedMs: 110 });
  expect(following.take('weur', { dueMs: 200, servedMs: 210 })?.follows).toBe(false);
  expect(following.isFollowed).toBe(false);
  expect(following.take('oc', { dueMs: 300, servedMs: 320 })).toEqual({ follows: true, ms: 320 });
});

test('one that was due earlier and only took longer takes nothing back', () => {
  const following = new Following(0, elsewhere);
  following.take('oc', { dueMs: 100, servedMs: 110 });
  expect(following.take('weur', { dueMs: 50, servedMs: 400 })).toEqual({ follows: false, ms: undefined });
  expect(following.isFollowed).toBe(true);
});
