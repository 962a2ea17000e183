import { expect, test } from 'vitest';
import type { Coordinates } from '../../routing/coordinates.ts';
import { PopulationMiddle } from './population-middle.ts';

function middleOf(...cities: readonly (readonly [latitude: number, longitude: number, people: number])[]) {
  const sum = new PopulationMiddle();
  for (const [latitude, longitude, people] of cities) sum.add({ latitude, longitude }, people);
  return sum.middle();
}

function near(latitude: number, longitude: number): Coordinates {
  return { latitude: expect.closeTo(latitude, 6), longitude: expect.closeTo(longitude, 6) };
}

test('one city is its own middle', () => {
  expect(middleOf([-33.87, 151.21, 5])).toEqual(near(-33.87, 151.21));
});

test('two cities of one size meet half way', () => {
  expect(middleOf([0, 10, 7], [0, 30, 7])).toEqual(near(0, 20));
});

test('more people pull the middle towards them', () => {
  expect(middleOf([0, 10, 9], [0, 30, 1])?.longitude).toBeLessThan(13);
});

test('across the antimeridian the middle stays among the cities', () => {
  expect(middleOf([0, 179, 1], [0, -177, 1])).toEqual(near(0, -179));
});

test('nobody has no middle', () => {
  expect(middleOf()).toBeUndefined();
  expect(middleOf([52, 4, 0])).toBeUndefined();
});
