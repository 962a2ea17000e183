// The scripts, in the shells that are here.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runRegions } from '../test/support/regions-command.ts';

const { out: script } = await runRegions(['completion', 'bash']);

/** What bash offers after a line; the last word is what is completed. */
async function offered(...line: readonly string[]): Promise<readonly string[]> {
  const words = line.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _meridian; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', `${script}\n${ask}`]);
  return stdout.trim().split('\n');
}

test('bash completes subcommands, those below them, and options', async () => {
  expect(await offered('meridian', '')).toEqual(['regions']);
  expect(await offered('meridian', 'regions', 'wa')).toEqual(['wake', 'watch']);
  expect(await offered('meridian', 'regions', 'drain', 'weur', '--wa')).toEqual(['--wait']);
  expect(await offered('meridian', 'regions', 'backup', 're')).toEqual(['restore', 'restore-config']);
  expect(await offered('meridian', 'regions', 'backup', 'restore', 'ORDERS', '--dry')).toEqual(['--dry-run']);
});

test.each(['zsh', 'fish'])('%s has a script too', async (shell) => {
  expect((await runRegions(['completion', shell])).out).toContain('restore-config');
});

test('another shell is wrong usage', async () => {
  expect((await runRegions(['completion', 'tcsh'])).code).toBe(2);
});
