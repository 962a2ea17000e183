// `npx meridian ...`, as it is called from anywhere.

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('bin.mjs', import.meta.url));
const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-bin-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function meridian(args: readonly string[], bin = BIN) {
  return new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const { out: HELP } = await new Promise<{ readonly out: string }>((resolve) => {
  execFile(process.execPath, [BIN, '--help'], (_error, out) => resolve({ out }));
});
const COMMANDS = [...HELP.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);

test('its commands are those of npm for operators', () => {
  expect(COMMANDS).toEqual(
    expect.arrayContaining(['regions', 'infra', 'secrets', 'setup', 'rollback', 'doctor']),
  );
  for (const name of COMMANDS) expect(scripts[name]).toMatch(/^node local\/run\.mjs \S+\.ts/);
});

test.each(COMMANDS)('%s says how it is used', async (name) => {
  const { code, out } = await meridian([name, '--help']);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('Usage: ') });
});

test('exit codes and words are the command’s own', async () => {
  expect(await meridian(['regions', 'nothing'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('unknown command'),
  });
});

test.each([
  [[], 'Usage: meridian'],
  [['region'], 'There is no command "region"'],
])('%j is wrong usage', async (args, words) => {
  expect(await meridian(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(words) });
});

test('in a checkout where nothing is installed it says so', async () => {
  await mkdir(join(folder, 'cli'));
  await cp(BIN, join(folder, 'cli/bin.mjs'));
  await cp(fileURLToPath(new URL('../package.json', import.meta.url)), join(folder, 'package.json'));
  const { code, err } = await meridian(['regions', 'list'], join(folder, 'cli/bin.mjs'));
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringMatching(/^Nothing is installed yet: npm install in /),
  });
});
