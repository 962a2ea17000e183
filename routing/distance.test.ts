import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Coordinates } from './coordinates.ts';
import { distanceKm, EARTH_RADIUS_KM } from './distance.ts';

const HALF_AROUND_KM = Math.PI * EARTH_RADIUS_KM;

const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

test.each([
  ['London', [51.5074, -0.1278], 'New York', [40.7128, -74.006], 5570],
  ['Sydney', [-33.8688, 151.2093], 'Santiago', [-33.4489, -70.6693], 11340],
  ['Suva', [-18.1416, 178.4419], 'Apia', [-13.8333, -171.7667], 1145],
  ['Frankfurt', [50.1109, 8.6821], 'Mainz', [49.9929, 8.2473], 34],
] as const)('from %s %j to %s %j it is %d km', (_from, from, _to, to, km) => {
  const found = distanceKm(at(from), at(to));
  expect(Math.abs(found - km)).toBeLessThan(Math.max(5, km * 0.005));
});

test('a place is at no distance from itself', () => {
  fc.assert(
    fc.property(place, (here) => {
      expect(distanceKm(here, here)).toBe(0);
    }),
  );
});

test('the way there is as long as the way back, and never more than half around', () => {
  fc.assert(
    fc.property(place, place, (here, there) => {
      const km = distanceKm(here, there);
      expect(km).toBeCloseTo(distanceKm(there, here), 6);
      expect(km).toBeGreaterThanOrEqual(0);
      expect(km).toBeLessThanOrEqual(HALF_AROUND_KM + 1e-6);
    }),
  );
});

test('the poles, and places opposite each other, are half around apart', () => {
  expect(distanceKm(at([90, 0]), at([-90, 120]))).toBeCloseTo(HALF_AROUND_KM);
  expect(distanceKm(at([0, 0]), at([0, 180]))).toBeCloseTo(HALF_AROUND_KM);
});

test('180 degrees east is 180 degrees west', () => {
  expect(distanceKm(at([-17, 180]), at([-17, -180]))).toBeCloseTo(0);
});

function at([latitude, longitude]: readonly [number, number]): Coordinates {
  return { latitude, longitude };
}
