import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GRACE_MS, INTERRUPTED_STOP_MS, STOP_MS, Watchdog } from './watchdog.ts';

const LIMITS = { setupMs: 60_000, endsByMs: 20_000 };

let done: string[] = [];
let dog: Watchdog;

beforeEach(() => {
  vi.useFakeTimers();
  done = [];
  dog = new Watchdog(LIMITS, { stop: () => done.push('stop'), kill: () => done.push('kill') });
});
afterEach(() => {
  vi.useRealTimers();
});

test('asked, and then killed, within 15 s of its time', () => {
  dog.begun();
  vi.advanceTimersByTime(LIMITS.endsByMs + GRACE_MS - 1);
  expect([done, dog.hasCut]).toEqual([[], false]);
  vi.advanceTimersByTime(1);
  expect([done, dog.hasCut]).toEqual([['stop'], true]);
  vi.advanceTimersByTime(STOP_MS);
  expect(done).toEqual(['stop', 'kill']);
  expect(GRACE_MS + STOP_MS).toBeLessThan(15_000);
});

test('its time counts from the first line of progress', () => {
  dog.begun();
  vi.advanceTimersByTime(LIMITS.endsByMs);
  dog.begun();
  vi.advanceTimersByTime(GRACE_MS);
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
  expect(done).toEqual(['kill']);
});
