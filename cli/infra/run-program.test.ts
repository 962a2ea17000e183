// What OpenTofu gets of Ctrl-C: a program in its place that counts, run by a command of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SAME_PRESS_MS } from '../interrupt.ts';

const MODULE = fileURLToPath(new URL('run-program.ts', import.meta.url));

/** Counts interrupts, and says how many there were when it is told to end. */
const COUNTING = `
let count = 0;
process.on('SIGINT', () => { count += 1; console.log('interrupt ' + count); });
process.on('SIGUSR2', () => { console.log('ended after ' + count); process.exit(0); });
console.log('runs as ' + process.pid);
setInterval(() => undefined, 1_000);`;

/** The program is a file of its own, since its first argument is `-chdir=...`. */
const COMMAND = `
import { writeFileSync, chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { runProgramOf } from ${JSON.stringify(MODULE)};
const folder = mkdtempSync(process.env.TMPDIR + '/meridian-run-program-');
const path = folder + '/tofu';
writeFileSync(path, '#!' + process.execPath + '\\n' + ${JSON.stringify(COUNTING)});
chmodSync(path, 0o700);
const program = { path, name: 'OpenTofu', version: '1.0.0' };
const { code, interrupted } = await runProgramOf({ program, folder, env: process.env, args: [], show: 'as-it-is' });
rmSync(folder, { recursive: true });
console.log(JSON.stringify({ code, interrupted }));`;

test('Ctrl-C reaches it once, however often it comes, and it is said how it is ended all the same', async () => {
  const env = { ...process.env, TMPDIR: process.env.TMPDIR ?? '/tmp' };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', COMMAND], { env, stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const said = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(out + err);
      if (found !== null) return found;
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    }
  };
  const [, pid] = await said(/runs as (\d+)/);
  child.kill('SIGINT');
  await said(/interrupt 1/);
  child.kill('SIGINT');
  const pressAgain = setInterval(() => child.kill('SIGINT'), SAME_PRESS_MS / 2);
  await said(/is ending in order/);
  clearInterval(pressAgain);
  expect(err).toContain(`kill -9 ${pid}`);
  const exited = once(child, 'exit');
  process.kill(Number(pid), 'SIGUSR2');
  await exited;
  expect(out).toContain('ended after 1');
  expect(out).toContain('{"code":0,"interrupted":true}');
});
