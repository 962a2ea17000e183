import { expect, test } from 'vitest';
import { runScript } from './k6-run.ts';

const NOBODY = 'ws://127.0.0.1:9/';

test('a run that measured nothing fails with the last words of the command', async () => {
  const { signal } = new AbortController();
  await expect(runScript({ script: 'latncy', url: NOBODY, env: {}, signal })).rejects.toThrow(
    /^k6 ended with 1: .*did you mean "latency"/,
  );
});

test('a run that was interrupted before it began starts nothing', async () => {
  const signal = AbortSignal.abort(new Error('interrupted'));
  await expect(runScript({ script: 'latency', url: NOBODY, env: {}, signal })).rejects.toThrow('interrupted');
});
