import { expect, test } from 'vitest';
import { distanceKm } from '../../routing/distance.ts';
import { scoreOf, scoreOfPairs } from './score.ts';

const NEAR = { id: 'near', latitude: 0, longitude: 1 };
const FAR = { id: 'far', latitude: 0, longitude: 50 };
const AT = { latitude: 0, longitude: 0 };

function clientWith(rttMs: Record<string, number>) {
  return { id: 'c', country: 'XX', continent: 'AF', ...AT, rttMs };
}

test('regret is what the chosen region takes longer than the best', () => {
  const clients = [clientWith({ near: 10, far: 40 }), clientWith({ near: 60, far: 40 })];
  expect(scoreOf({ name: 's', regions: [FAR, NEAR], clients }, distanceKm)).toEqual({
    bestShare: 0.5,
    meanRegretMs: 10,
    p95RegretMs: 20,
    meanRatio: 70 / 50,
  });
});

test('a region that was not measured cannot be chosen', () => {
  const clients = [clientWith({ far: 40 })];
  expect(scoreOf({ name: 's', regions: [FAR, NEAR], clients }, distanceKm).meanRegretMs).toBe(0);
});

test('every choice between two regions counts once', () => {
  const measurements = [
    { from: AT, to: NEAR, ms: 30 },
    { from: AT, to: FAR, ms: 20 },
    { from: AT, to: { latitude: 0, longitude: 90 }, ms: 90 },
  ];
  expect(scoreOfPairs(measurements, distanceKm)).toMatchObject({ bestShare: 2 / 3, meanRegretMs: 10 / 3 });
});
