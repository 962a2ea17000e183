import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { closeTarget } from './close-target.ts';

test('one that closes is closed, and nothing is said', async () => {
  const said: string[] = [];
  let closed = false;
  await closeTarget(
    {
      close: async () => {
        closed = true;
      },
    },
    (step) => said.push(step),
  );
  expect([closed, said]).toEqual([true, []]);
});

test('the error of one that cannot be closed is passed on', async () => {
  await expect(closeTarget({ close: () => Promise.reject(new Error('no')) }, () => {})).rejects.toThrow('no');
});

test('what one that hangs has started is killed', async () => {
  const child = spawn(process.execPath, [
    '-e',
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)',
  ]);
  const gone = once(child, 'exit');
  const said: string[] = [];
  await closeTarget({ close: () => new Promise(() => {}) }, (step) => said.push(step), 20);
  expect((await gone)[1]).toBe('SIGKILL');
  expect(said.join()).toContain('its processes are killed');
});
