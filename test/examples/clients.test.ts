// The clients of examples/ connect to a region, say which one it is, and get an answer.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REGIONS } from '../support/data/places.ts';
import { pythonWithNats } from '../support/python-with-nats.ts';
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
  const file = await pythonWithNats();
  if (file === undefined)
    return skip('left out: python3 with venv and pip (Debian: python3-venv) is not here');
  const lines = await runExample({ file, args: ['python/client.py', SERVER] });
  expectConversation(lines, 'hello from Python');
});
