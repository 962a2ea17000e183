// The clients of examples/ connect to a region, say which one it is, and get an answer.

import { createHash } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheDirectory } from '../../local/binaries/cache.ts';
import { REGIONS } from '../support/data/places.ts';
import { EXAMPLES, isThere, runExample } from '../support/run-example.ts';
import { target } from '../support/target.ts';

const SERVER = target.url.replace(/^http/, 'ws');

/** Go compiles nats.go once, pip downloads nats-py once. */
const FIRST_RUN_TIMEOUT_MS = 180_000;

function expectConversation(lines: readonly string[], reply: string): void {
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^connected to nats-(${REGIONS.join('|')})$`)),
    `reply: ${reply}`,
  ]);
}

test('Node', async () => {
  const lines = await runExample({ file: process.execPath, args: ['node/client.mjs', SERVER] });
  expectConversation(lines, 'hello from Node');
});

test('Go', { timeout: FIRST_RUN_TIMEOUT_MS }, async ({ skip }) => {
  if (!(await isThere('go', 'version'))) skip('left out: go is not on the PATH');
  const lines = await runExample({ file: 'go', args: ['run', '.', SERVER], cwd: join(EXAMPLES, 'go') });
  expectConversation(lines, 'hello from Go');
});

test('Python', { timeout: FIRST_RUN_TIMEOUT_MS }, async ({ skip }) => {
  const hasVenv = await isThere('python3', '-c', 'import venv, ensurepip');
  if (!hasVenv) skip('left out: python3 with venv and pip (Debian: python3-venv) is not here');
  const file = await pythonWithNats();
  const lines = await runExample({ file, args: ['python/client.py', SERVER] });
  expectConversation(lines, 'hello from Python');
});

/** The Python of a virtual environment with the example's packages, kept in the cache until they change. */
async function pythonWithNats(): Promise<string> {
  const requirements = join(EXAMPLES, 'python/requirements.txt');
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cacheDirectory({ env: process.env, target: process }), `python-${hash}`);
  const python = join(folder, 'bin/python');
  const complete = join(folder, 'complete');
  if (
    await access(complete).then(
      () => false,
      () => true,
    )
  ) {
    await rm(folder, { recursive: true, force: true });
    await runExample({ file: 'python3', args: ['-m', 'venv', folder] });
    await runExample({ file: python, args: ['-m', 'pip', 'install', '--quiet', '-r', requirements] });
    await writeFile(complete, '');
  }
  return python;
}
