import { geoEqualEarth } from 'd3-geo';
import { expect, test } from 'vitest';
import { EXTENT, MIDDLE_LONGITUDE, placeAt, project } from './equal-earth.ts';
import { wayBetween } from './great-circle.ts';
import { GRID, packLines, unpackLines } from './packed-lines.ts';

const PLACES = [
  { latitude: 0, longitude: MIDDLE_LONGITUDE },
  { latitude: 48.9, longitude: 2.3 },
  { latitude: -33.9, longitude: 151.2 },
  { latitude: 64.1, longitude: -168.9 },
  { latitude: -41.3, longitude: 174.8 },
];

test.each(PLACES)(
  '%o is where d3-geo, which draws the coast line, has it, and a click there is that place',
  (place) => {
    const d3 = geoEqualEarth().scale(1).translate([0, 0]).rotate([-MIDDLE_LONGITUDE, 0]);
    const [x = 0, y = 0] = d3([place.longitude, place.latitude]) ?? [];
    expect(project(place)[0]).toBeCloseTo(x, 6);
    expect(project(place)[1]).toBeCloseTo(y, 6);
    expect(placeAt(project(place))?.latitude).toBeCloseTo(place.latitude, 6);
    expect(placeAt(project(place))?.longitude).toBeCloseTo(place.longitude, 6);
  },
);

test('beside the globe there is no place', () => {
  expect(placeAt([EXTENT.right * 1.01, 0])).toBeUndefined();
  expect(placeAt([EXTENT.right * 0.99, EXTENT.top])).toBeUndefined();
  expect(placeAt([0, 2])).toBeUndefined();
});

test('the shortest way from Canada to Kazakhstan goes by the north', () => {
  const way = wayBetween({ latitude: 50, longitude: -90 }, { latitude: 50, longitude: 90 }, 10);
  expect(way).toHaveLength(11);
  expect(way[5]?.latitude).toBeCloseTo(90, 5);
  expect(way.at(-1)?.longitude).toBeCloseTo(90, 5);
});

test('a way from a place to itself goes nowhere', () => {
  const here = { latitude: 10, longitude: 20 };
  expect(wayBetween(here, here, 8)).toEqual([here, here]);
});

test('packed lines come back within half a step of the grid', () => {
  const lines = [
    [
      [-2.7, 1.2],
      [0, 0],
      [2.7, -0.001],
    ],
    [
      [0.1, 0.1],
      [0.1001, 0.1],
      [0.5, 0.9],
    ],
  ] as const;
  const back = unpackLines(packLines(lines));
  expect(back[0]).toHaveLength(3);
  // Two points of one step are one.
  expect(back[1]).toHaveLength(2);
  for (const [n, [x, y]] of lines[0].entries()) {
    expect(Math.abs((back[0]?.[n]?.[0] ?? 9) - x)).toBeLessThanOrEqual(0.51 / GRID);
    expect(Math.abs((back[0]?.[n]?.[1] ?? 9) - y)).toBeLessThanOrEqual(0.51 / GRID);
  }
  expect(unpackLines('')).toEqual([]);
});
