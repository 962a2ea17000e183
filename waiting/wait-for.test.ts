import { describe, expect, test } from 'vitest';
import { waitFor } from './wait-for.ts';

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
