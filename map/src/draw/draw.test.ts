import { expect, test } from 'vitest';
import { allotted } from './allotted.ts';
import { apart } from './apart.ts';
import {
  bowBetween,
  frameOf,
  leaps,
  MOST_ZOOM,
  panned,
  pathBetween,
  pixelOf,
  placeBelow,
  pointOn,
  WHOLE,
  zoomed,
} from './frame.ts';
import { labelSides } from './label-sides.ts';
import { dotRadius, widthOf } from './lines.ts';
import { ticksTo, timesBetween } from './ticks.ts';

const FRAME = frameOf(1_000, 500);
const PARIS = { latitude: 48.9, longitude: 2.3 };

test('a click on a place is that place, whatever the zoom', () => {
  for (const zoom of [WHOLE, zoomed(WHOLE, 3, [700, 200], FRAME)]) {
    const frame = frameOf(1_000, 500, zoom);
    const place = placeBelow(frame, pixelOf(frame, PARIS));
    expect(place?.latitude).toBeCloseTo(PARIS.latitude, 5);
    expect(place?.longitude).toBeCloseTo(PARIS.longitude, 5);
  }
});

test('what is below the pointer stays there, and the map stays in its frame', () => {
  const point = pixelOf(FRAME, PARIS);
  const zoom = zoomed(WHOLE, 2, point, FRAME);
  const [x, y] = pixelOf(frameOf(1_000, 500, zoom), PARIS);
  expect(x).toBeCloseTo(point[0], 5);
  expect(y).toBeCloseTo(point[1], 5);
  expect(zoomed(zoom, 1_000, point, FRAME).factor).toBe(MOST_ZOOM);
  expect(zoomed(zoom, 0.001, point, FRAME)).toEqual({ factor: 1, x: 0, y: 0 });
  expect(panned(zoom, 9_999, -9_999, FRAME)).toEqual({ factor: 2, x: 500, y: -250 });
});

test('a way over the date line leaps once, and nothing is drawn across the map', () => {
  const path = pathBetween(FRAME, { latitude: 38, longitude: -122 }, { latitude: -34, longitude: 151 }, 40);
  const leaping = path.filter((point, n) => n > 0 && leaps(FRAME, path[n - 1] ?? point, point));
  expect(leaping).toHaveLength(1);
  const at = path.indexOf(leaping[0] ?? [0, 0]);
  expect(pointOn(FRAME, path, (at - 0.5) / (path.length - 1))).toBeUndefined();
  expect(pointOn(FRAME, path, 0)).toEqual(path[0]);
});

test('the arc of a forecast bends away from the straight way, also between neighbours', () => {
  const path = bowBetween(FRAME, PARIS, { latitude: 51.6, longitude: 13.6 });
  const [start = [0, 0], middle = [0, 0], end = [0, 0]] = [path[0], path[16], path.at(-1)];
  const straight = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2] as const;
  expect(Math.hypot(middle[0] - straight[0], middle[1] - straight[1])).toBeGreaterThan(14);
});

test('there are as many dots as clients, and never more than may move', () => {
  expect(allotted([3, 0, 1], 500)).toEqual([3, 0, 1]);
  const many = allotted(
    Array.from({ length: 10_000 }, (_, n) => n % 7),
    500,
  );
  expect(many.reduce((sum, dots) => sum + dots, 0)).toBe(500);
  expect(Math.min(...many)).toBe(0);
});

test('names do not lie on other signs, or outside of the map', () => {
  const space = { width: 400, height: 200, radius: 20, lineHeight: 30 };
  const sides = labelSides(
    [
      { at: [120, 100], width: 90 },
      { at: [180, 100], width: 90 },
      { at: [390, 50], width: 90 },
    ],
    space,
  );
  expect(sides).toEqual(['left', 'right', 'left']);
});

test('a link is wider the more it carries, and thin where that is unknown', () => {
  expect(widthOf(null)).toBe(widthOf(0));
  expect(widthOf(1_000)).toBeLessThan(widthOf(1_000_000));
  expect(widthOf(1e12)).toBe(widthOf(1e8));
  expect(dotRadius(1e9)).toBe(12);
});

test('scales are round numbers that reach the highest', () => {
  expect(ticksTo(0)).toEqual([0, 1]);
  expect(ticksTo(23)).toEqual([0, 10, 20, 30]);
  expect(ticksTo(1_700).at(-1)).toBeGreaterThanOrEqual(1_700);
  const day = timesBetween(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), 8);
  expect(day.length).toBeLessThanOrEqual(9);
  expect(day.length).toBeGreaterThan(4);
});

test('signs that would hide each other are moved apart, and the others stay', () => {
  const far = [300, 300] as const;
  const moved = apart([[0, 0], [10, 0], [10, 0], [12, 3], far], 26);
  for (const [n, [x, y]] of moved.entries())
    for (const [ox, oy] of moved.slice(n + 1)) expect(Math.hypot(ox - x, oy - y)).toBeGreaterThan(25);
  expect(moved.at(-1)).toEqual(far);
  expect(
    apart(
      [
        [0, 0],
        [26, 0],
      ],
      26,
    ),
  ).toEqual([
    [0, 0],
    [26, 0],
  ]);
});
