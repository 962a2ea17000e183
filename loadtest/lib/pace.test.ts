import { expect, test, vi } from 'vitest';

// k6's own modules do not exist in Node; what is tested here uses none of them.
vi.mock('k6/execution', () => ({ default: {} }));
vi.mock('k6/timers', () => ({ setTimeout: () => {} }));

const { dueAfter, dueTimes } = await import('./pace.js');
const PACE = { perSecond: 500, seconds: 3 };

test('what is due follows from the time alone, so that a late tick makes up for what it has missed', () => {
  expect(dueAfter(PACE, 0)).toBe(0);
  expect(dueAfter(PACE, 20)).toBe(10);
  expect(dueAfter(PACE, 1_000)).toBe(500);
});

test('after the last second nothing more is due', () => {
  expect(dueAfter(PACE, 3_000)).toBe(1_500);
  expect(dueAfter(PACE, 9_000)).toBe(1_500);
});

const SCHEDULE = { fromMs: 1_000, untilMs: 1_500, everyMs: 100 };

test('each time of a schedule is given out once, and none is dropped because nobody looked', () => {
  expect(dueTimes(SCHEDULE, 0, 999)).toEqual([]);
  expect(dueTimes(SCHEDULE, 0, 1_000)).toEqual([1_000]);
  expect(dueTimes(SCHEDULE, 1, 1_350)).toEqual([1_100, 1_200, 1_300]);
  expect(dueTimes(SCHEDULE, 4, 1_350)).toEqual([]);
});

test('at the end of a schedule nothing is due any more', () => {
  expect(dueTimes(SCHEDULE, 0, 60_000)).toEqual([1_000, 1_100, 1_200, 1_300, 1_400]);
});
