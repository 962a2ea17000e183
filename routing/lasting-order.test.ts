import { expect, test } from 'vitest';
import { planOf } from '../test/support/data/checked-in.ts';
import { lastingOrder } from './lasting-order.ts';
import type { RegionObservation } from './observation.ts';
import { getOptimalRegion } from './optimal-region.ts';

const NOW = 1_000_000;

test('without anything temporary it is that of the decision', () => {
  const decision = decide({});
  expect(lastingOrder(decision)).toEqual(
    decision.candidates.map(({ region }) => ({ region, isAvoided: false })),
  );
});

test.each<[string, RegionObservation]>([
  ['down', { state: 'down' }],
  ['ejected', { ejectedUntil: NOW + 1 }],
  ['just refused', { refusedAt: NOW }],
  ['full', { state: 'up', clients: 1_000_000 }],
])('a region that is %s stands where it belongs, and is avoided', (_what, weur) => {
  const order = lastingOrder(decide({ weur }));
  expect(order[0]).toEqual({ region: 'weur', isAvoided: true });
  expect(order.slice(1).every(({ isAvoided }) => !isAvoided)).toBe(true);
});

test('a region that the rules exclude has no place', () => {
  const order = lastingOrder(decide({}, { forced: 'oc' }));
  expect(order).toEqual([{ region: 'oc', isAvoided: false }]);
});

function decide(observed: Readonly<Record<string, RegionObservation>>, wishes: object = {}) {
  const observations = { regions: new Map(Object.entries(observed)) };
  return getOptimalRegion({ cf: { colo: 'LHR' }, ...wishes }, { plan: planOf(), observations, now: NOW });
}
