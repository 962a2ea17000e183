import { expect, test } from 'vitest';
import { configOf } from '../../test/support/data/checked-in.ts';
import { nearestRegions } from './nearest-regions.ts';

const ALL = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'] as const;
const idsFrom = (id: string, config = configOf(ALL)) => nearestRegions(id, config).map((region) => region.id);

test('the own region is first, and the farthest last', () => {
  expect(idsFrom('weur').slice(0, 2)).toEqual(['weur', 'eeur']);
  expect(idsFrom('oc').slice(0, 2)).toEqual(['oc', 'apac']);
  expect(idsFrom('weur')).toHaveLength(ALL.length);
});

test('one that is disabled is none, and a home that is there no more has any', () => {
  expect(idsFrom('weur', configOf(ALL, { weur: { enabled: false } }))[0]).toBe('eeur');
  expect(idsFrom('gone')).toHaveLength(ALL.length);
});
