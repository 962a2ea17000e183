import { expect, test } from 'vitest';
import { Gaps } from './gaps.js';

const EVERY_MS = 100;

/** What is due from one time on, as long as the schedule goes. */
function due(gaps: Gaps, fromMs: number, untilMs: number): void {
  for (let at = fromMs; at < untilMs; at += EVERY_MS) gaps.due(at);
}

test('what arrives as it is due leaves no gap', () => {
  const gaps = new Gaps(EVERY_MS);
  for (let at = 0; at < 5_000; at += EVERY_MS) {
    gaps.due(at);
    expect(gaps.arrived(at + 3)).toBeUndefined();
  }
  expect(gaps.finish(9_000)).toBeUndefined();
});

test('a gap ends with what arrives, and began with what arrived before', () => {
  const gaps = new Gaps(EVERY_MS);
  due(gaps, 0, 200);
  gaps.arrived(150);
  due(gaps, 200, 4_000);
  expect(gaps.arrived(4_000)).toBe(3_850);
  expect(gaps.arrived(4_010)).toBeUndefined();
});

test('a pause of a second is none: it takes longer', () => {
  const gaps = new Gaps(EVERY_MS);
  gaps.due(0);
  gaps.arrived(0);
  expect(gaps.arrived(1_000)).toBeUndefined();
  expect(gaps.arrived(2_001)).toBe(1_001);
});

test('at a slow schedule a gap is longer than five of its intervals', () => {
  const gaps = new Gaps(1_000);
  gaps.due(0);
  gaps.arrived(0);
  expect(gaps.arrived(5_000)).toBeUndefined();
  expect(gaps.arrived(10_001)).toBe(5_001);
});

test('where nothing ever arrives the gap begins with what was due first, and lasts to the end', () => {
  const gaps = new Gaps(EVERY_MS);
  due(gaps, 500, 6_000);
  expect(gaps.finish(8_000)).toBe(7_500);
});

test('a gap that nothing ends lasts to the end', () => {
  const gaps = new Gaps(EVERY_MS);
  due(gaps, 0, 6_000);
  gaps.arrived(1_200);
  expect(gaps.finish(8_000)).toBe(6_800);
});

test('after the last message nothing is due: waiting for it makes no gap', () => {
  const gaps = new Gaps(EVERY_MS);
  due(gaps, 0, 6_000);
  gaps.arrived(5_850);
  expect(gaps.finish(8_000)).toBeUndefined();
});

test('where nothing was due there is no gap', () => {
  expect(new Gaps(EVERY_MS).finish(60_000)).toBeUndefined();
});

test('what comes after the end of the schedule ends no gap, and the gap that ended with it is told once', () => {
  const gaps = new Gaps(EVERY_MS);
  due(gaps, 0, 6_000);
  gaps.arrived(1_200);
  expect(gaps.finish(6_000)).toBe(4_800);
  expect(gaps.arrived(7_900)).toBeUndefined();
  expect(gaps.finish(8_000)).toBeUndefined();
});
