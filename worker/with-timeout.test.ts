import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withTimeout } from './with-timeout.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an answer in time is passed on, and no timer is left', async () => {
  expect(await withTimeout(Promise.resolve(7), 'weur', 100)).toBe(7);
  expect(vi.getTimerCount()).toBe(0);
});

test('a failure in time is passed on, and no timer is left', async () => {
  await expect(withTimeout(Promise.reject(new Error('reset')), 'weur', 100)).rejects.toThrow('reset');
  expect(vi.getTimerCount()).toBe(0);
});

test('what answers too late is named, with the limit', async () => {
  const waited = withTimeout(new Promise(() => {}), 'nats-weur', 100);
  const failed = expect(waited).rejects.toThrow('nats-weur did not answer within 100 ms');
  await vi.advanceTimersByTimeAsync(100);
  await failed;
});

test('what fails after its time is up disturbs nobody', async () => {
  let fail: (error: Error) => void = () => {};
  const call = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const failed = expect(withTimeout(call, 'nats-weur', 100)).rejects.toThrow('did not answer');
  await vi.advanceTimersByTimeAsync(100);
  await failed;
  fail(new Error('reset'));
  await vi.advanceTimersByTimeAsync(0);
});
