import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../test/support/command-process.ts';

const RUN = new URL('run.mjs', import.meta.url);
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

interface Ended {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

function node(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return promisify(execFile)(process.execPath, args, { cwd }).catch((error: Ended) => error);
}

/** Runs it on this Node, which says that it is that version. */
function runOn(version: string, ...args: readonly string[]): Promise<Ended> {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' });
    process.argv.splice(1, 0, 'run.mjs');
    await import('${RUN.href}')`;
  return node(PROJECT, '--input-type=module', '--eval', pretend, '--', ...args);
}

test.each(['20.20.2', '22.17.1', '18.0.0'])(
  'Node %s is told what the command takes, and nothing starts',
  async (version) => {
    const result = await runOn(version, 'cli/main.ts', 'list');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(`Node ${version} cannot run cli/main.ts`);
    expect(result.stderr).toMatch(/npm install.*npm start.*npm run/);
    expect(result.stderr).not.toContain('ERR_');
  },
);

test.each(['local/cli.ts', 'cli/main.ts', 'loadtest/run/cli.ts'])(
  'a newer one runs %s, with its arguments',
  async (command) => {
    const { stdout } = await node(PROJECT, fileURLToPath(RUN), command, '--help');
    expect(stdout).toMatch(/^Usage: /);
  },
);

test('where nothing is installed it says what to do', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'local'));
  await cp(RUN, join(folder, 'local/run.mjs'));
  await writeFile(join(folder, 'command.ts'), `import 'commander';`);
  const result = await node(folder, 'local/run.mjs', 'command.ts');
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toMatch(/Cannot find package 'commander'/);
  expect(result.stderr).toContain('npm install');
});

test('every command of package.json begins there, except those that write into the checkout', async () => {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
  const direct = Object.entries(manifest.scripts).filter(([, line]) => /^node \S+\.ts/.test(line));
  expect(direct.map(([name]) => name)).toEqual([
    'imports',
    'places',
    'population',
    'openapi',
    'cost:page',
    'fit',
  ]);
});
