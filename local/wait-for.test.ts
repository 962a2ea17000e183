import { describe, expect, test } from 'vitest';
import { TimeoutError, waitFor, withTimeout } from './wait-for.ts';

describe('waitFor', () => {
  test('resolves with the first value that is there, also 0 and the empty text', async () => {
    const values = [undefined, false, 0] as const;
    let looks = 0;
    expect(await waitFor('a number', { timeoutMs: 5000, pollMs: 1 }, () => values[looks++])).toBe(0);
    expect(await waitFor('a text', { timeoutMs: 5000 }, () => '')).toBe('');
  });

  test('goes on when a look fails, and tells the last failure when time is up', async () => {
    const failure = new Error('not yet');
    const waiting = waitFor('the impossible', { timeoutMs: 30, pollMs: 1 }, () => Promise.reject(failure));
    await expect(waiting).rejects.toMatchObject({
      message: 'waited 0.03 s for the impossible, in vain',
      cause: failure,
    });
  });

  test('ends at once when it is aborted', async () => {
    const stop = new AbortController();
    const options = { timeoutMs: 60_000, signal: stop.signal };
    const waiting = waitFor('nothing', options, () => {
      stop.abort(new Error('stopped'));
      return undefined;
    });
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('withTimeout', () => {
  test('is as the promise is when that is in time', async () => {
    expect(await withTimeout(Promise.resolve(1), 5000, 'too late')).toBe(1);
    await expect(withTimeout(Promise.reject(new Error('no')), 5000, 'too late')).rejects.toThrow('no');
  });

  test('rejects with the message when it is not', async () => {
    const never = withTimeout(new Promise(() => {}), 5, () => 'too late');
    await expect(never).rejects.toThrow(new TimeoutError('too late'));
  });
});
