import { expect, test } from 'vitest';
import { baseMap } from './base-map.ts';

const map = baseMap({ left: 0, top: 0, width: 1000 });

/** The x of all points of all parts of a path. */
function columnsOf(path: string): number[][] {
  return path
    .split('M')
    .slice(1)
    .map((part) => part.split('L').map((point) => Number.parseFloat(point)));
}

test('the globe is as wide as the frame at the equator, and its middle is in the middle', () => {
  expect(map.pointOf({ latitude: 0, longitude: -180 })[0]).toBeCloseTo(0, 10);
  expect(map.pointOf({ latitude: 0, longitude: 180 })[0]).toBeCloseTo(1000, 10);
  expect(map.pointOf({ latitude: 80, longitude: 0 })[0]).toBeCloseTo(500, 10);
  expect(map.pointOf({ latitude: 80, longitude: 0 })[1]).toBeCloseTo(0, 10);
  expect(map.pointOf({ latitude: -57, longitude: 0 })[1]).toBeCloseTo(map.height, 10);
});

test('Equal Earth is 2.05 times as wide as high, pole to pole', () => {
  const { height } = baseMap({ left: 0, top: 0, width: 1000 });
  const perDegree = map.pointOf({ latitude: 0, longitude: 1 })[0] - 500;
  expect(perDegree).toBeCloseTo(1000 / 360, 10);
  expect(height).toBeLessThan(1000 / 2.05);
});

test('it moves with its frame', () => {
  const [x, y] = map.pointOf({ latitude: 48.9, longitude: 2.3 });
  const moved = baseMap({ left: 24, top: 92, width: 1000 }).pointOf({ latitude: 48.9, longitude: 2.3 });
  expect(moved[0]).toBeCloseTo(x + 24, 10);
  expect(moved[1]).toBeCloseTo(y + 92, 10);
});

test('nothing is drawn beyond the frame', () => {
  const numbers = map.ground.match(/-?\d+(?:\.\d+)?(?=[,L"MZ])/g)?.map(Number) ?? [];
  expect(numbers.length).toBeGreaterThan(1000);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-0.1);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(1000.1);
});

test('a way that does not cross the date line is drawn once, and bends towards the pole', () => {
  const way = map.wayBetween({ latitude: 50, longitude: -60 }, { latitude: 50, longitude: 60 });
  expect(columnsOf(way)).toHaveLength(1);
  const rows = way
    .slice(1)
    .split('L')
    .map((point) => Number(point.split(',')[1]));
  expect(Math.min(...rows)).toBeLessThan(map.pointOf({ latitude: 60, longitude: 0 })[1]);
});

test.each([
  ['eastwards', 170, -170],
  ['westwards', -170, 170],
])(
  'a way that crosses the date line %s is drawn at both edges, and never across the map',
  (_way, from, to) => {
    const parts = columnsOf(map.wayBetween({ latitude: 0, longitude: from }, { latitude: 0, longitude: to }));
    expect(parts).toHaveLength(2);
    for (const columns of parts) expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(100);
  },
);
