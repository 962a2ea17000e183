import { expect, test } from 'vitest';
import { BLOWS, KINDS, nameOf, plansOf, type Wanted } from './plan.ts';

const WANTED: Wanted = { runs: 60, seed: 'one', kinds: KINDS, k: [2, 3], gap: { from: 0, to: 20 } };

const shapeOf = (plan: ReturnType<typeof plansOf>[number]) =>
  [plan.kind, ...plan.blows.map(({ role }) => role)].join();

test('the same seed draws the same runs, another one others', () => {
  expect(plansOf(WANTED)).toEqual(plansOf(WANTED));
  expect(plansOf({ ...WANTED, seed: 'two' })).not.toEqual(plansOf(WANTED));
});

test('fewer runs are the first of more, so that one of them can be repeated', () => {
  expect(plansOf({ ...WANTED, runs: 7 })).toEqual(plansOf(WANTED).slice(0, 7));
});

test('every kind, number and order has its turn before one comes again', () => {
  const shapes = plansOf(WANTED).map(shapeOf);
  const all = KINDS.length * (3 + 3);
  expect([new Set(shapes.slice(0, all)).size, new Set(shapes.slice(all)).size]).toEqual([all, all]);
});

test('the first blow comes at once, the others within the range', () => {
  for (const { blows } of plansOf({ ...WANTED, gap: { from: 1, to: 6 } })) {
    const [first, ...others] = blows.map(({ afterMs }) => afterMs);
    expect(first).toBe(0);
    for (const each of others) expect(each >= 1_000 && each <= 6_000).toBe(true);
  }
});

test('a mixed run strikes each server in a way of its own, and all ways occur', () => {
  const mixed = plansOf({ ...WANTED, kinds: ['mixed'] });
  expect(new Set(mixed.flatMap(({ blows }) => blows.map(({ blow }) => blow)))).toEqual(new Set(BLOWS));
});

test('a plan is told in words', () => {
  const blows = [
    { role: 'leader', blow: 'killed', afterMs: 0 },
    { role: 'follower', blow: 'hung', afterMs: 3_200 },
  ] as const;
  expect(nameOf({ run: 1, kind: 'killed', blows })).toBe('killed: leader, 3.2 s follower');
  expect(nameOf({ run: 1, kind: 'mixed', blows })).toBe('mixed: leader killed, 3.2 s follower hung');
});
