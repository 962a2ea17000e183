import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../waiting/wait-for.ts';
import { watchPaths } from './watch-paths.ts';

let folder = '';
let stop = () => {};
const told = new Set<string>();

beforeEach(async () => {
  told.clear();
  folder = await mkdtemp(join(tmpdir(), 'meridian-watch-'));
  await mkdir(join(folder, 'sources/deep'), { recursive: true });
  await writeFile(join(folder, 'one.toml'), '');
  stop = watchPaths([join(folder, 'sources'), join(folder, 'one.toml')], (path) => told.add(path));
});

afterEach(async () => {
  stop();
  await rm(folder, { recursive: true });
});

async function isTold(path: string): Promise<void> {
  await waitFor(`${path} to be told`, { timeoutMs: 5_000 }, () => told.has(join(folder, path)));
}

test('a file below a folder is told, also one that is new', async () => {
  await writeFile(join(folder, 'sources/deep/new.ts'), 'text');
  await isTold('sources/deep/new.ts');
});

test('a file is told each time that another takes its place, and its neighbours are not', async () => {
  for (const text of ['first', 'second']) {
    await writeFile(join(folder, 'beside.toml'), text);
    await rename(join(folder, 'beside.toml'), join(folder, 'one.toml'));
    await isTold('one.toml');
    told.delete(join(folder, 'one.toml'));
  }
  expect(told.has(join(folder, 'beside.toml'))).toBe(false);
});
