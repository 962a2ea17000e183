import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TimeoutError, withTimeout } from './with-timeout.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an answer in time is passed on, and no timer is left', async () => {
  expect(await withTimeout(Promise.resolve(7), 100, 'too late')).toBe(7);
  expect(vi.getTimerCount()).toBe(0);
});

test('a failure in time is passed on, and no timer is left', async () => {
  await expect(withTimeout(Promise.reject(new Error('reset')), 100, 'too late')).rejects.toThrow('reset');
  expect(vi.getTimerCount()).toBe(0);
});

test.each(['too late', () => 'too late'])(
  'what answers too late is an error with the message',
  async (message) => {
    const failed = expect(withTimeout(new Promise(() => {}), 100, message)).rejects.toThrow(
      new TimeoutError('too late'),
    );
    await vi.advanceTimersByTimeAsync(100);
    await failed;
  },
);

test('what fails after its time is up disturbs nobody', async () => {
  let fail: (error: Error) => void = () => {};
  const call = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const failed = expect(withTimeout(call, 100, 'too late')).rejects.toThrow('too late');
  await vi.advanceTimersByTimeAsync(100);
  await failed;
  fail(new Error('reset'));
  await vi.advanceTimersByTimeAsync(0);
});
