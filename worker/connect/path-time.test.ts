import { expect, test } from 'vitest';
import type { RegionState } from '../../api/states.ts';
import { pathMsOf } from './path-time.ts';

const UP = { state: 'up', objectAgeMs: 1e6, answeredInMs: 4 } as const;

test("what the object needs itself is taken off, so a busy region is as near as one that isn't", () => {
  expect(pathMsOf(UP, 24)).toBe(20);
  expect(pathMsOf({ ...UP, answeredInMs: 1_004 }, 1_024)).toBe(20);
});

test.each<RegionState>(['down', 'asleep', 'starting', 'stopping', 'draining', 'waiting'])(
  'a region that is %s says nothing about the path',
  (state) => {
    expect(pathMsOf({ ...UP, state }, 24)).toBeUndefined();
  },
);

test('an object that is younger than the question neither', () => {
  expect(pathMsOf({ ...UP, objectAgeMs: 24 }, 24)).toBeUndefined();
  expect(pathMsOf({ ...UP, objectAgeMs: 25 }, 24)).toBe(20);
});

test('nor one that does not say how long it took', () => {
  const { answeredInMs: _took, ...older } = UP;
  expect(pathMsOf(older, 24)).toBeUndefined();
});

test.each([
  ['stood still here', 0, 0],
  ['stood still there, and here', 0, 4],
  ['runs faster there', 24, 30],
  ['gives nonsense there', 24, Number.NaN],
  ['went back there', 24, -5],
  ['went back here', -3, 0],
  ['gives nonsense here', Number.NaN, 0],
])('a clock that %s measures nothing', (_what, elapsedMs, answeredInMs) => {
  expect(pathMsOf({ ...UP, answeredInMs }, elapsedMs)).toBeUndefined();
});
