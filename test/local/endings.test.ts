// However the local stack is ended, nothing of it stays: what ends is not it, but what started it.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { processesBelow, stillAlive } from '../support/process-tree.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const START = 'npm start -- --port 0 --regions oc';

/** A busy machine takes longer than the ten seconds that are usual. */
const READY_TIMEOUT_MS = 60_000;
const GONE_TIMEOUT_MS = 30_000;

/** Starts it, ends what started it, and waits until nothing is left. */
async function endsWith(
  start: (env: NodeJS.ProcessEnv) => ChildProcess,
  end: (started: ChildProcess) => void,
): Promise<void> {
  const folder = await temporaryFolder();
  const child = start({ ...process.env, TMPDIR: folder, NO_COLOR: '1' });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    await waitFor('the stack to be ready', { timeoutMs: READY_TIMEOUT_MS }, () =>
      /^ready http/m.test(output),
    );
    const processes = await processesBelow(child.pid ?? 0);
    const names = processes.map(({ command }) => command).join('\n');
    expect(names).toContain('workerd');
    expect(names).toContain('nats-server');
    expect(await runsIn(folder)).not.toEqual([]);
    end(child);
    await waitFor(
      'every process to end',
      { timeoutMs: GONE_TIMEOUT_MS },
      () => stillAlive(processes).length === 0,
    );
    expect(await runsIn(folder)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

async function runsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter(
    (name) => name.startsWith('meridian-') || name.startsWith('miniflare-'),
  );
}

const npm = (env: NodeJS.ProcessEnv) => spawn('npm', START.split(' ').slice(1), { cwd: PROJECT, env });

test.each(['SIGTERM', 'SIGKILL'] as const)('npm gets %s, as a supervisor sends it', async (signal) => {
  await endsWith(npm, (started) => started.kill(signal));
});

test('the terminal is closed', async () => {
  await endsWith(
    (env) => spawn('script', ['--quiet', '--command', START, '/dev/null'], { cwd: PROJECT, env }),
    (terminal) => terminal.kill('SIGKILL'),
  );
});

test('Ctrl-C in the terminal', async () => {
  await endsWith(
    (env) => spawn('script', ['--quiet', '--command', START, '/dev/null'], { cwd: PROJECT, env }),
    (terminal) => terminal.stdin?.write('\u0003'),
  );
});

test('the program that started it without npm is killed', async () => {
  const program = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' })`;
  await endsWith(
    (env) =>
      spawn(process.execPath, ['--eval', program, 'local/cli.ts', '--port', '0', '--regions', 'oc'], {
        cwd: PROJECT,
        env,
      }),
    (started) => started.kill('SIGKILL'),
  );
});
