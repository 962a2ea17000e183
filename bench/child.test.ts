// Children of the benchmarks: calls, errors, and what happens to calls that will never be answered.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChild } from './child.ts';

type Sample = {
  double: (value: number) => Promise<number>;
  fail: () => Promise<never>;
  hang: () => Promise<never>;
  die: () => Promise<never>;
};

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

let folder = '';
let file = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  file = join(folder, 'sample.mjs');
  await writeFile(
    file,
    `import { serveParent } from ${JSON.stringify(CHILD)};
     serveParent({
       double: async (value) => 2 * value,
       fail: async () => { throw new Error('it failed', { cause: new Error('of that') }); },
       hang: () => new Promise(() => {}),
       die: () => process.exit(7),
     }, async () => {});`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a call has its answer, and an error says the method, what happened and why', async () => {
  const child = startChild<Sample>({ file, signal: new AbortController().signal });
  try {
    expect(await child.call.double(21)).toBe(42);
    await expect(child.call.fail()).rejects.toThrow('fail: it failed (of that)');
  } finally {
    await child.close();
  }
});

test('a child that ends fails the calls that wait, and later ones', async () => {
  const child = startChild<Sample>({ file, signal: new AbortController().signal });
  const waiting = expect(child.call.hang()).rejects.toThrow('sample.mjs ended (exit code 7)');
  await expect(child.call.die()).rejects.toThrow('exit code 7');
  await waiting;
  await expect(child.call.double(1)).rejects.toThrow('cannot call "double"');
  await child.close();
});

test('an interrupt fails the calls that wait; the child is ended by close', async () => {
  const stop = new AbortController();
  const child = startChild<Sample>({ file, signal: stop.signal });
  const waiting = expect(child.call.hang()).rejects.toThrow('interrupted');
  stop.abort();
  await waiting;
  await child.close();
  expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
});
