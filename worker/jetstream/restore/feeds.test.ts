// In which order streams are restored that take messages from each other.

import { expect, test } from 'vitest';
import { feedersFirst, feedersOf } from './feeds.ts';

test('what a stream takes from another account is no reason to wait', () => {
  const external = { api: '$JS.other.API' };
  expect(feedersOf({ sources: [{ name: 'A' }, { name: 'B', external }], mirror: null })).toEqual(['A']);
  expect(feedersOf({ mirror: { name: 'A' } })).toEqual(['A']);
  expect(feedersOf({ mirror: { name: 'A', external } })).toEqual([]);
  expect(feedersOf({ sources: null })).toEqual([]);
});

test('each comes in a later round than those that it takes from', () => {
  expect(rounds({ all: ['b', 'a'], b: ['a'], a: [], other: [], alone: ['gone'] })).toEqual([
    ['a', 'other', 'alone'],
    ['b'],
    ['all'],
  ]);
});

test('in a circle one comes too early, and those that take from it still come later', () => {
  expect(rounds({ c: ['a'], a: ['b'], b: ['a'] })).toEqual([['b'], ['a'], ['c']]);
  expect(rounds({ self: ['self'] }).flat()).toEqual(['self']);
  expect(rounds({})).toEqual([]);
});

function rounds(feeders: Readonly<Record<string, readonly string[]>>) {
  const streams = Object.keys(feeders).map((stream) => ({ stream }));
  return feedersFirst(streams, ({ stream }) => feeders[stream] ?? []).map((round) =>
    round.map(({ stream }) => stream),
  );
}
