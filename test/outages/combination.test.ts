import { expect, test } from 'vitest';
import { affectedRegions, combinationsOf, nameOf } from './combination.ts';

const RANKING = ['oc', 'apac', 'wnam', 'enam', 'weur', 'eeur'];

test('every kind is combined with every place and every number of regions', () => {
  const all = combinationsOf({ kinds: ['killed', 'hung'], k: [1, 5], where: ['near', 'mixed'] });
  expect(all).toHaveLength(8);
  expect(new Set(all.map(nameOf)).size).toBe(8);
  expect(nameOf({ kind: 'hung', k: 3, where: 'far' })).toBe('hung, 3 farthest');
});

test('near are the first of the ranking, far the last ones', () => {
  expect(affectedRegions({ k: 2, where: 'near' }, RANKING, '')).toEqual(['oc', 'apac']);
  expect(affectedRegions({ k: 2, where: 'far' }, RANKING, '')).toEqual(['weur', 'eeur']);
});

test('mixed ones are drawn by the seed: the same for one, others for another, none twice', () => {
  const draw = (seed: string) => affectedRegions({ k: 3, where: 'mixed' }, RANKING, seed);
  expect(draw('a')).toEqual(draw('a'));
  const draws = ['a', 'b', 'c', 'd', 'e'].map((seed) => draw(seed).toSorted().join());
  expect(new Set(draws).size).toBeGreaterThan(1);
  expect(new Set(draw('a')).size).toBe(3);
  expect(RANKING).toHaveLength(6);
});
