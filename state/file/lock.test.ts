import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processStartOf } from '../../local/process-identity.ts';
import { StateUnavailableError } from '../errors.ts';
import { withLock } from './lock.ts';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('one at a time has it, and nothing is left of it', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 10 }, () => withLock(path, work)));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('it is given back when the work fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await withLock(path, async () => 'next')).toBe('next');
});

/** Ends at once, so its id and its start time are those of nobody. */
async function endedProcess(): Promise<{ readonly pid: number; readonly started: string }> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  const pid = child.pid ?? 0;
  const started = processStartOf(pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return { pid, started };
}

test('that of a process that was killed is taken away, by one of those who wait', async () => {
  const ended = await endedProcess();
  await writeFile(path, JSON.stringify({ id: 'left', host: hostname(), ...ended }));
  const order: number[] = [];
  let inside = 0;
  const work = (n: number) => async () => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    order.push(n);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 10 }, (_, n) => withLock(path, work(n))));
  expect(order).toHaveLength(10);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  [
    'of a process that runs',
    { id: 'a', host: hostname(), pid: process.pid, started: processStartOf(process.pid) },
  ],
  ['of another machine', { id: 'a', host: 'elsewhere', pid: 1, started: '1' }],
  ['that cannot be read', 'what'],
])('one %s stays, and the message names it', async (_name, holder) => {
  const text = JSON.stringify(holder);
  await writeFile(path, text);
  const waiting = withLock(path, async () => 'had it', 50);
  await expect(waiting).rejects.toThrow(StateUnavailableError);
  await expect(waiting).rejects.toThrow(/held by .* delete the file/);
  expect(await readFile(path, 'utf8')).toBe(text);
});
