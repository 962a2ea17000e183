import { expect, test } from 'vitest';
import { colourOfRegion, inRegionOrder } from './region-look.ts';

const CONFIGURED = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'];

test('regions come in the order of the configuration, others after them by name', () => {
  expect(inRegionOrder(['mars-10', 'oc', 'mars-9', 'weur', 'wnam'], CONFIGURED)).toEqual([
    'wnam',
    'weur',
    'oc',
    'mars-9',
    'mars-10',
  ]);
});

test('a region has its colour whichever others there are, and no two have the same', () => {
  expect(colourOfRegion('weur', ['weur'])).toBe(colourOfRegion('weur', CONFIGURED));
  const all = [...CONFIGURED, 'sam', 'afr', 'me', 'mars', 'venus'];
  expect(new Set(all.map((id) => colourOfRegion(id, all))).size).toBe(all.length);
});
