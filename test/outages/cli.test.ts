// The command as a child process, as far as it gets without a stack.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url));

function outages(...args: readonly string[]): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('--help names the kinds, the libraries, the goals and the exit codes', () => {
  const { code, stdout } = outages('--help');
  expect(code).toBe(0);
  for (const word of ['killed,hung,full', 'nats.js,go,python', '--max-served-ms', 'Ends with 0', 'Ctrl-C'])
    expect(stdout).toContain(word);
});

test.each([
  [['--kinds', 'burnt'], 'There is no "burnt"; there are killed, hung, full.'],
  [['--k', '6'], '"6" is no range of 1 to 5'],
  [['--observer', 'Atlantis'], 'There are San Jose'],
  [['--seconds', '0'], '1 or more'],
  [['now'], 'too many arguments'],
])('%j ends with 1 and says %j', (args, message) => {
  const { code, stderr } = outages(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
});
