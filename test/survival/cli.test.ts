// The command as a child process, as far as it gets without a stack.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

function survival(...args: readonly string[]) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

test('--help names the kinds, the goals and the exit codes', () => {
  const { status, stdout } = survival('--help');
  expect(status).toBe(0);
  for (const word of ['killed,terminated,hung,drained,mixed', '--rpo', '--only', 'Ends with 0', 'Ctrl-C'])
    expect(stdout).toContain(word);
});

test.each([
  [['--kinds', 'burnt'], 'There is no "burnt"'],
  [['--k', '4'], '"4" is no range of 1 to 3'],
  [['--gap', '6..1'], 'a range such as 1..6'],
  [['--gap', ''], 'a range such as 1..6'],
  [['--runs', '2', '--only', '3'], '--only names none of the 2 runs'],
  [['now'], 'too many arguments'],
])('%j ends with 1 and says %j', (args, message) => {
  const { status, stderr } = survival(...args);
  expect(stderr).toContain(message);
  expect(status).toBe(1);
});
