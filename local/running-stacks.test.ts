import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findStacks, leaveStack, RUN_FOLDER_PREFIX } from './running-stacks.ts';

let temporary = '';

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'meridian-stacks-'));
});
afterEach(() => rm(temporary, { recursive: true }));

async function runFolder(name: string): Promise<string> {
  const folder = join(temporary, RUN_FOLDER_PREFIX + name);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

const ONE = { url: 'http://127.0.0.1:9001', token: 'one' };
const TWO = { url: 'http://127.0.0.1:9002', token: 'two' };

test('every stack that runs is found, by address', async () => {
  expect(await findStacks(temporary)).toEqual({ stacks: [], notes: [] });
  await leaveStack(await runFolder('aaaaaa'), TWO);
  await leaveStack(await runFolder('bbbbbb'), ONE);
  await runFolder('starts');
  expect(await findStacks(temporary)).toEqual({ stacks: [ONE, TWO], notes: [] });
});

test('what a process that has ended left is passed over', async () => {
  const left = { ...ONE, pid: process.pid, start: 'another' };
  await writeFile(join(await runFolder('aaaaaa'), 'stack.json'), JSON.stringify(left), { mode: 0o600 });
  expect(await findStacks(temporary)).toEqual({ stacks: [], notes: [] });
});

test('what others have access to is not read, a link is not followed, and it is said why', async () => {
  const open = await runFolder('opened');
  await leaveStack(open, ONE);
  await chmod(open, 0o755);
  const file = await runFolder('afile1');
  await leaveStack(file, ONE);
  await chmod(join(file, 'stack.json'), 0o644);
  const elsewhere = join(temporary, 'elsewhere');
  await mkdir(elsewhere, { mode: 0o700 });
  await leaveStack(elsewhere, ONE);
  await symlink(elsewhere, join(temporary, `${RUN_FOLDER_PREFIX}alink1`));
  const linked = await runFolder('linked');
  await symlink(join(elsewhere, 'stack.json'), join(linked, 'stack.json'));

  const { stacks, notes } = await findStacks(temporary);
  expect(stacks).toEqual([]);
  expect(notes.map((note) => note.split(' ')[0]).toSorted()).toEqual(
    [
      open,
      join(file, 'stack.json'),
      join(temporary, `${RUN_FOLDER_PREFIX}alink1`),
      join(linked, 'stack.json'),
    ].toSorted(),
  );
});

test('a file that is not what a stack writes is named', async () => {
  const folder = await runFolder('odd123');
  await writeFile(join(folder, 'stack.json'), 'token', { mode: 0o600 });
  const { stacks, notes } = await findStacks(temporary);
  expect(stacks).toEqual([]);
  expect(notes[0]).toContain(folder);
});
