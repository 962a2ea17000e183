// The next run cleans up what a killed one left, and nothing else: a folder of that name may be another user's trap.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processStartOf } from './process-identity.ts';
import { createRunFolder, sweepDeadRuns } from './run-folder.ts';

/** `nobody`. */
const ANOTHER = 65_534;

const testAsRoot = test.runIf(process.getuid?.() === 0);

let temporary = '';
/** A process that is none of a run's business, unless a folder says so. */
let bystander: ChildProcess;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  vi.stubEnv('TMPDIR', temporary);
  bystander = spawn('sleep', ['60']);
  await once(bystander, 'spawn');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  bystander.kill();
  await rm(temporary, { recursive: true, force: true });
});

/** A folder of a run that was killed, and that had started the bystander. */
async function leftBehind(name = 'meridian-run-killed'): Promise<string> {
  const folder = join(temporary, name);
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'processes'), linesOf(bystander.pid ?? 0), { mode: 0o600 });
  return folder;
}

/** The owner, which does not live, and what it started. */
function linesOf(pid: number): string {
  return `${process.pid} another\n${pid} ${processStartOf(pid)}\n`;
}

/** Sweeps, and expects that nothing was touched. Returns why. */
async function sweepsNothing(folder: string): Promise<string> {
  const { processes, notes } = await sweepDeadRuns();
  expect(processes).toBe(0);
  expect(processStartOf(bystander.pid ?? 0)).not.toBe('');
  expect(existsSync(folder)).toBe(true);
  return notes.join('\n');
}

test('what a killed run left is ended and removed', async () => {
  const folder = await leftBehind();
  expect(await sweepDeadRuns()).toEqual({ processes: 1, containers: 0, notes: [] });
  expect(processStartOf(bystander.pid ?? 0)).toBe('');
  expect(existsSync(folder)).toBe(false);
});

test('the folder of a run is private, and so is what it notes', async () => {
  const folder = await createRunFolder();
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder.path, 'processes'))).mode & 0o077).toBe(0);
  expect(await sweepDeadRuns()).toEqual({ processes: 0, containers: 0, notes: [] });
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

test.each([0o770, 0o755, 0o707])(
  'a folder with the mode %o is left alone, and it is said why',
  async (mode) => {
    const folder = await leftBehind();
    await chmod(folder, mode);
    expect(await sweepsNothing(folder)).toBe(`${folder} is open to other users: left alone.`);
  },
);

testAsRoot("another user's folder is left alone, and it is said why", async () => {
  const folder = await leftBehind();
  await chown(folder, ANOTHER, ANOTHER);
  expect(await sweepsNothing(folder)).toBe(`${folder} belongs to another user (${ANOTHER}): left alone.`);
});

testAsRoot("so is a folder with another user's file", async () => {
  const folder = await leftBehind();
  await chown(join(folder, 'processes'), ANOTHER, ANOTHER);
  expect(await sweepsNothing(folder)).toContain(`belongs to another user (${ANOTHER}): not read`);
});

test('a link is not followed, be it the folder or the file', async () => {
  const elsewhere = await leftBehind('elsewhere');
  const link = join(temporary, 'meridian-run-alink1');
  await symlink(elsewhere, link);
  expect(await sweepsNothing(elsewhere)).toBe(`${link} is a link: left alone.`);
  await rm(link);
  const folder = join(temporary, 'meridian-run-afile1');
  await mkdir(folder, { mode: 0o700 });
  await symlink(join(elsewhere, 'processes'), join(folder, 'processes'));
  expect(await sweepsNothing(folder)).toBe(`${join(folder, 'processes')} is a link: not read.`);
});

test('a line that was not written to its end ends nothing', async () => {
  const folder = await leftBehind();
  const lines = ['-1', '0', '-1 ', `0 ${processStartOf(process.pid)}`, `-1 ${processStartOf(1)}`, 'x y'];
  await writeFile(join(folder, 'processes'), `${process.pid} another\n${lines.join('\n')}`);
  expect((await sweepDeadRuns()).processes).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test('where others could replace the folder none is made', async () => {
  await chmod(temporary, 0o777);
  await expect(createRunFolder()).rejects.toThrow(/can be written by other users.*set TMPDIR/);
});

test('of many folders of others a few are named', async () => {
  for (const letter of 'abcdefghij') {
    await mkdir(join(temporary, `meridian-run-${letter.repeat(6)}`));
    await chmod(join(temporary, `meridian-run-${letter.repeat(6)}`), 0o755);
  }
  const { notes } = await sweepDeadRuns();
  expect(notes).toHaveLength(4);
  expect(notes.at(-1)).toBe('So are 7 more.');
});
