import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/command-process.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { SamplesPipe } from './samples-pipe.ts';

let folder = '';

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => rm(folder, { recursive: true }));

/** More than a pipe holds. */
const MANY = 20_000;

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `{"metric":"m","at":${from + index}}\n`).join('');
}

test('all that was written is in the file, also of a writer that ended without closing it', async () => {
  const file = join(folder, 'samples.json.gz');
  const pipe = await SamplesPipe.open(file, () => {});
  // As k6 opens a file.
  const writer = await open(pipe.path, 'r+');
  await writer.writeFile(lines(0, MANY));
  await writer.close();
  expect(await pipe.end()).toEqual({ count: 0, because: null });
  expect(gunzipSync(await readFile(file)).toString()).toBe(lines(0, MANY));
});

test('nobody wrote: the file is there, and empty', async () => {
  const file = join(folder, 'samples.json.gz');
  expect(await (await SamplesPipe.open(file, () => {})).end()).toEqual({ count: 0, because: null });
  expect(gunzipSync(await readFile(file))).toHaveLength(0);
});

test.skipIf(process.platform !== 'linux')(
  'what cannot be written is counted and told once, and its writer does not wait for it',
  async () => {
    const told: string[] = [];
    const pipe = await SamplesPipe.open('/dev/full', (because) => told.push(because));
    const writer = await open(pipe.path, 'r+');
    // Uncompressible enough to leave the compressor.
    await writer.writeFile(Array.from({ length: MANY }, () => `${Math.random()}\n`).join(''));
    await waitFor('the failure', { timeoutMs: 5_000 }, () => told.length > 0);
    await writer.writeFile(lines(0, MANY));
    await writer.close();
    const { count, because } = await pipe.end();
    expect(because).toContain('ENOSPC');
    expect(told).toEqual([because]);
    expect(count).toBeGreaterThanOrEqual(MANY);
  },
);
