import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepBucket } from './kept-bucket.ts';
import { processStartOf } from './process-identity.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian bucket '));
});
afterEach(() => rm(folder, { recursive: true }));

const OWNER = '.meridian-bucket';
const [bucket, storage] = [() => join(folder, 'a', 'bucket'), () => join(folder, 'storage')];

test('a new folder is made, for this user alone, and is where the buckets of the storage are', async () => {
  await keepBucket(bucket(), storage());
  expect(await readlink(join(storage(), 'r2'))).toBe(bucket());
  expect(await readdir(bucket())).toEqual([OWNER]);
});

test('one that a stack has kept its bucket in is taken again, once that stack has ended', async () => {
  const release = await keepBucket(bucket(), storage());
  await expect(keepBucket(bucket(), join(folder, 'other'))).rejects.toThrow(
    `is the bucket of a stack that runs (process ${process.pid})`,
  );
  // A process of that id that began at another time is another one.
  await writeFile(join(bucket(), OWNER), `${process.pid} 1\n`);
  await (await keepBucket(bucket(), join(folder, 'other')))();
  await release();
  await keepBucket(bucket(), join(folder, 'third'));
  expect(await readFile(join(bucket(), OWNER), 'utf8')).toBe(
    `${process.pid} ${processStartOf(process.pid)}\n`,
  );
});

test('one that has other files, and a file, are refused and stay as they are', async () => {
  await writeFile(join(folder, 'notes.md'), 'mine');
  await expect(keepBucket(folder, storage())).rejects.toThrow('has other files, such as notes.md');
  await expect(keepBucket(join(folder, 'notes.md'), storage())).rejects.toThrow('cannot be used');
  expect(await readdir(folder)).toEqual(['notes.md']);
});
