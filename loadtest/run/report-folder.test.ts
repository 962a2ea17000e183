import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimReportFolder } from './report-folder.ts';

const NOW = new Date();
let base = '';
let asked = '';
let count = 0;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'meridian-test-'));
});
afterAll(() => rm(base, { recursive: true }));

function another(): string {
  count += 1;
  asked = join(base, `${count}`, 'report');
  return asked;
}

const claim = () => claimReportFolder(asked, 'latency', NOW);

test('a second run is kept out until the first has given the folder up', async () => {
  another();
  const first = await claim();
  await expect(claim()).rejects.toThrow(`another run writes into ${asked}`);
  await writeFile(join(asked, 'notes.txt'), '');
  await first.release();
  const second = await claim();
  await second.release();
  expect(await readdir(asked)).toEqual(['notes.txt']);
});

test('of two at the same time one has it', async () => {
  another();
  const settled = await Promise.allSettled([claim(), claim(), claim()]);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a folder that was made for a run that never began is gone', async () => {
  another();
  await (await claim()).release();
  expect(existsSync(asked)).toBe(false);
});

test.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y/z', '/etc/hostname/x', '/dev/null'])(
  '%s is refused at once, in words',
  async (folder) => {
    await expect(claimReportFolder(folder, 'latency', NOW)).rejects.toThrow(
      /cannot (make|use) the folder|cannot write into the folder/,
    );
  },
);

test('a folder that was there before stays', async () => {
  await mkdir(another(), { recursive: true });
  await (await claim()).release();
  expect(existsSync(asked)).toBe(true);
});

test('what a run has left that was killed is named', async () => {
  await mkdir(another(), { recursive: true });
  await writeFile(join(asked, '.running'), '999999999');
  await expect(claim()).rejects.toThrow('has not ended as it should');
  expect(await readdir(asked)).toEqual(['.running']);
});

test.runIf(existsSync('/proc/self'))('a folder that nobody can write is refused', async () => {
  asked = '/proc/self';
  await expect(claim()).rejects.toThrow('cannot write into the folder /proc/self');
});

test('a name below a file is refused', async () => {
  const file = join(base, 'file');
  await writeFile(file, '');
  asked = join(file, 'report');
  await expect(claim()).rejects.toThrow(/cannot (use|make) the folder/);
});

test('a report is kept, also one behind a link', async () => {
  await mkdir(another(), { recursive: true });
  await writeFile(join(asked, 'k6-summary.json'), '{}');
  const link = join(base, 'link');
  await symlink(asked, link);
  asked = link;
  await expect(claim()).rejects.toThrow('holds a report already');
});
