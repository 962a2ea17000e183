import { expect, test } from 'vitest';
import { type ResolvedConfig, rebased, withFilter, withRegion } from './config.ts';

const BASE = {
  regions: [
    { id: 'oc', dial: 100, weight: 100 },
    { id: 'weur', dial: 100, weight: 100 },
  ],
  routing: { off: [], bandMs: 0 },
} as unknown as ResolvedConfig;

test('only the region that is meant is changed, and the base not at all', () => {
  const draft = withRegion(BASE, 'weur', { dial: 50 });
  expect(draft.regions.map(({ dial }) => dial)).toEqual([100, 50]);
  expect(BASE.regions[1]?.dial).toBe(100);
});

test('a filter is off once, and on again', () => {
  const off = withFilter(withFilter(BASE, 'band', false), 'band', false);
  expect(off.routing.off).toEqual(['band']);
  expect(withFilter(off, 'band', true).routing.off).toEqual([]);
});

test('after a conflict a draft keeps what it changed, and takes what others have changed', () => {
  const draft = withRegion(BASE, 'weur', { dial: 50 });
  const current = withRegion(withRegion(BASE, 'oc', { dial: 10 }), 'weur', { weight: 7 });
  const next = rebased(draft, BASE, current);
  expect(next.regions).toEqual([
    { id: 'oc', dial: 10, weight: 100 },
    { id: 'weur', dial: 50, weight: 7 },
  ]);
});

test('a region that is gone does not come back', () => {
  const draft = withRegion(BASE, 'weur', { dial: 50 });
  const current = { ...BASE, regions: BASE.regions.slice(0, 1) };
  expect(rebased(draft, BASE, current).regions.map(({ id }) => id)).toEqual(['oc']);
});
