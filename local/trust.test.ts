// What another user of this machine may have made is not trusted. As root, these tests give things to another user for real.

import { execFileSync } from 'node:child_process';
import { chmod, chown, lchown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeServer, listen } from './listen.ts';
import { checkSocket, checkTemporaryFolder, readPrivate, whyNotPrivate } from './trust.ts';

/** `nobody`, here and nearly everywhere. */
const ANOTHER = 65_534;

const testAsRoot = test.runIf(process.getuid?.() === 0);

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-trust-'));
  file = join(folder, 'file');
  await writeFile(file, 'secret', { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("this user's own files and folders are read", async () => {
  expect(await whyNotPrivate(folder)).toBeUndefined();
  expect(await readPrivate(file)).toBe('secret');
  await expect(readPrivate(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([0o640, 0o620, 0o604, 0o602])('a file with the mode %o is not', async (mode) => {
  await chmod(file, mode);
  await expect(readPrivate(file)).rejects.toThrow('is open to other users');
});

test.each([0o770, 0o750, 0o710, 0o701])('a folder with the mode %o is not', async (mode) => {
  await chmod(folder, mode);
  expect(await whyNotPrivate(folder)).toBe('is open to other users');
});

test('links are not followed', async () => {
  const link = join(folder, 'link');
  await symlink(file, link);
  await expect(readPrivate(link)).rejects.toThrow('is a link: not read');
  expect(await whyNotPrivate(link)).toBe('is a link');
});

test('what is no file is not waited for', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', ['-m', '600', pipe]);
  await expect(readPrivate(pipe)).rejects.toThrow('is no file');
});

testAsRoot("another user's are not, whatever their mode", async () => {
  await chown(file, ANOTHER, ANOTHER);
  await expect(readPrivate(file)).rejects.toThrow(`belongs to another user (${ANOTHER})`);
  await chown(folder, ANOTHER, ANOTHER);
  expect(await whyNotPrivate(folder)).toBe(`belongs to another user (${ANOTHER})`);
});

test('a temporary folder where others can replace what is not theirs is refused, with the fix', async () => {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o700);
  await checkTemporaryFolder(temporary);
  for (const mode of [0o770, 0o777]) {
    await chmod(temporary, mode);
    await expect(checkTemporaryFolder(temporary)).rejects.toThrow(/set TMPDIR to a folder of your own/);
    await chmod(temporary, 0o1000 + mode);
    await checkTemporaryFolder(temporary);
  }
});

testAsRoot('a temporary folder of another user is refused', async () => {
  await chown(folder, ANOTHER, ANOTHER);
  await expect(checkTemporaryFolder(folder)).rejects.toThrow(/belongs to another user.* set TMPDIR/);
});

testAsRoot("another user's socket is not used, also through a link", async () => {
  const socket = join(folder, 'engine.sock');
  const server = createServer();
  await listen(server, { path: socket });
  try {
    await checkSocket(socket);
    const link = join(folder, 'link.sock');
    await symlink(socket, link);
    await checkSocket(link);
    await lchown(link, ANOTHER, ANOTHER);
    await expect(checkSocket(link)).rejects.toThrow('belongs to another user');
    await chown(socket, ANOTHER, ANOTHER);
    await expect(checkSocket(socket)).rejects.toThrow('belongs to another user');
  } finally {
    await closeServer(server);
  }
});
