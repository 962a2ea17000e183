import { expect, test, vi } from 'vitest';

// k6's own modules do not exist in Node; what is tested here uses none of them.
vi.mock('k6/execution', () => ({ default: {} }));
vi.mock('k6/timers', () => ({ setTimeout: () => {} }));

const { dueAfter } = await import('./pace.js');
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
