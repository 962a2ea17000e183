import { expect, test } from 'vitest';
import { normal, seededRandom } from './random.ts';

const DRAWS = 20_000;

test('a seed always gives the same numbers, another one others', () => {
  const three = (seed: string) => {
    const random = seededRandom(seed);
    return [random(), random(), random()];
  };
  expect(three('a')).toEqual(three('a'));
  expect(three('a')).not.toEqual(three('b'));
});

test('the normal distribution has mean 0 and standard deviation 1', () => {
  const random = seededRandom('normal');
  const values = Array.from({ length: DRAWS }, () => normal(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  expect(mean).toBeCloseTo(0, 1);
  expect(Math.sqrt(variance)).toBeCloseTo(1, 1);
});
