import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { INTERRUPTED_STOP_MS, stepsOf, type TimeLimits, Watchdog } from './watchdog.ts';

const LIMITS: TimeLimits = { setupMs: 60_000, plannedMs: null, endsByMs: 20_000 };

let done: string[] = [];
let dog: Watchdog;

beforeEach(() => {
  vi.useFakeTimers();
  done = [];
  const note = (step: string) => () => done.push(step);
  dog = new Watchdog(LIMITS, { stop: note('stop'), disconnect: note('disconnect'), kill: note('kill') });
});
afterEach(() => {
  vi.useRealTimers();
});

const STEPS = stepsOf(LIMITS);

test('asked, disconnected, and then killed, within 15 s of its time', () => {
  dog.begun();
  vi.advanceTimersByTime(STEPS.stopMs - 1);
  expect([done, dog.hasCut]).toEqual([[], false]);
  vi.advanceTimersByTime(1);
  expect([done, dog.hasCut]).toEqual([['stop'], true]);
  vi.advanceTimersByTime(STEPS.killMs - STEPS.stopMs);
  expect(done).toEqual(['stop', 'disconnect', 'kill']);
});

test.each<[Partial<TimeLimits>]>([
  [{}],
  [{ plannedMs: 6_000 }],
  [{ plannedMs: 20_000 }],
  [{ plannedMs: 6_000, endsByMs: 23_000 }],
  [{ plannedMs: 3_600_000, endsByMs: 3_617_000 }],
])('its time is what it means to measure, else its limit: %j', (limits) => {
  const given = { ...LIMITS, ...limits };
  const { stopMs, killMs } = stepsOf(given);
  const time = given.plannedMs ?? given.endsByMs;
  expect(stopMs).toBeGreaterThanOrEqual(time + 5_000);
  expect(killMs).toBeGreaterThan(stopMs + 1_000);
  expect(killMs).toBeLessThan(time + 15_000);
});

test('its time counts from the first line of progress', () => {
  dog.begun();
  vi.advanceTimersByTime(LIMITS.endsByMs);
  dog.begun();
  vi.advanceTimersByTime(STEPS.stopMs - LIMITS.endsByMs);
  expect(done).toEqual(['stop']);
});

test('a setup that never ends is ended', () => {
  vi.advanceTimersByTime(LIMITS.setupMs + 10_000);
  expect(done).toEqual(['stop']);
});

test('one that ends in time is left alone', () => {
  dog.begun();
  dog.end();
  vi.runAllTimers();
  expect([done, dog.hasCut]).toEqual([[], false]);
});

test('after Ctrl-C it is not asked again, and killed when it stays', () => {
  dog.begun();
  dog.stopped();
  dog.begun();
  vi.advanceTimersByTime(INTERRUPTED_STOP_MS);
  expect(done).toEqual(['disconnect', 'kill']);
});
