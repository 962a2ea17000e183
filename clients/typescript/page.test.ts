// The program of docs/clients.md, run as it stands there.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { EdgeOfTwo } from '../../test/support/edge-of-two.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ADDRESS = 'https://nats.example.com';

test('the program of the page connects, serves, asks itself and ends', async () => {
  await using undo = new AsyncDisposableStack();
  const two = await EdgeOfTwo.start(undo);
  const page = await readFile(`${ROOT}docs/clients.md`, 'utf8');
  const [, program = ''] = /## In TypeScript.*?```ts\n(.*?)```/s.exec(page) ?? [];
  expect(program).toContain(ADDRESS);
  const args = ['--input-type=module-typescript', '--eval', program.replace(ADDRESS, two.url)];
  const env = { ...process.env, NATS_TOKEN: 'a-token' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  expect(stdout).toBe('at weur: connected\ntaken\n');
});
