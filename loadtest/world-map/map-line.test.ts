import { expect, test } from 'vitest';
import { linePath } from './map-line.ts';
import { equalEarth } from './projection.ts';

const projection = equalEarth({ left: 0, top: 0, width: 1000, north: 80, south: -57 });

/** The x of all points of all parts of a path. */
function columnsOf(path: string): number[][] {
  return path
    .split('M')
    .slice(1)
    .map((part) => part.split('L').map((point) => Number.parseFloat(point)));
}

test('the globe is as wide as the frame at the equator, and its middle is in the middle', () => {
  expect(projection.project([-180, 0])[0]).toBeCloseTo(0, 10);
  expect(projection.project([180, 0])[0]).toBeCloseTo(1000, 10);
  expect(projection.project([0, 80])).toEqual([500, 0]);
  expect(projection.project([0, -57])[1]).toBeCloseTo(projection.height, 10);
});

test('a line that does not cross the date line is drawn once', () => {
  expect(
    columnsOf(
      linePath(
        [
          [-10, 0],
          [10, 0],
        ],
        projection,
      ),
    ),
  ).toHaveLength(1);
});

test.each([
  ['eastwards', 170, -170],
  ['westwards', -170, 170],
])(
  'a line that crosses the date line %s is drawn at both edges, and never across the map',
  (_way, from, to) => {
    const parts = columnsOf(
      linePath(
        [
          [from, 0],
          [to, 0],
        ],
        projection,
      ),
    );
    expect(parts).toHaveLength(2);
    for (const columns of parts) expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(100);
  },
);
