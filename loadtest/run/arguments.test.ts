// The command as a child process, as far as it gets without k6.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'meridian-test-'));

afterAll(() => rmSync(folder, { recursive: true }));

function loadtest(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

test.each([[[]], [['--help']]])('%j lists scripts with their questions, profiles and exit codes', (args) => {
  const { code, stdout } = loadtest(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Scripts:\n(?:.*\n)*? {2}routing +\S+/);
  expect(stdout).toMatch(/Profiles:\n {2}smoke/);
  expect(stdout).toContain('99');
  // Also in a pipe, as through a pager.
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test.each([
  [['ruoting'], 'did you mean "routing"'],
  [['routing', '--profile', 'sock'], 'did you mean "soak"'],
  [['routing', '--wan', '--url', 'http://127.0.0.1:1'], 'leave one out'],
  [['routing', '--runner', '1/2'], '--runner shares a run on one target'],
  [['routing', '--runner', '3/2', '--url', 'http://127.0.0.1:1'], 'such as 2/3, and was given "3/2"'],
  [['routing', '--regions', ','], '--regions names no region'],
  [['soak', '-e', 'CLEINTS=5'], 'no variable CLEINTS of soak; did you mean CLIENTS?'],
  [
    ['edits', '--url', 'http://127.0.0.1:9', '--runner', '1/2'],
    'edits is for one k6: it disturbs the target at given times',
  ],
  [['latency', '-e', 'CLIENTS=5'], 'no variable CLIENTS of latency.'],
  [['latency', '-e', 'DURATION=30'], 'DURATION is "30": it must be a time such as 90s'],
  [['connections', '-e', 'CLIENTS=abc'], 'CLIENTS is "abc": it must be a number'],
  [['plan', 'latency', '--url', 'http://127.0.0.1:1'], "required option '--runners <n>'"],
  [['plan', 'latency', '--runners', '2', '--dry-run'], 'plan needs --url'],
  [['routing', '-e', 'novalue'], '-e takes KEY=VALUE'],
  [['routing', 'latency'], 'too many arguments'],
  [['compare', 'one'], "missing required argument 'after'"],
  [['compare', folder, folder], 'Name the folder of a report'],
  [['merge', folder], 'cannot read'],
])('%j ends with 1 and says %j', (args, message) => {
  const { code, stderr } = loadtest(...args);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
});

test('a folder with a report in it is refused before anything is started', () => {
  const used = mkdtempSync(join(folder, 'used-'));
  writeFileSync(join(used, 'k6-summary.json'), '{}');
  const { code, stderr } = loadtest('routing', '--report', used);
  expect(stderr.trim()).toBe(`error: ${used} holds a report already. Name another folder, or remove it.`);
  expect(code).toBe(1);
});

test('a folder that is a file is refused', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { code, stderr } = loadtest('routing', '--report', file);
  expect(stderr).toContain(`cannot use the folder ${file}`);
  expect(code).toBe(1);
});

test('a k6 that is none ends with 2 and names it', () => {
  const path = join(folder, 'k6');
  writeFileSync(path, '#!/bin/sh\necho something else\n', { mode: 0o755 });
  const { code, stderr } = loadtest('routing', '--k6', path);
  expect(stderr).toContain(path);
  expect(code).toBe(2);
});
