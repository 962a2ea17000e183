// The client in Go: its own tests, in Go, and what `go vet` and gofmt say of it.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { isThere } from '../support/run-example.ts';

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('../../clients/go/', import.meta.url));

/** Go compiles nats.go once. */
const FIRST_RUN_MS = 180_000;

test('the client in Go passes its own tests, and is written as Go is', { timeout: FIRST_RUN_MS }, async ({
  skip,
}) => {
  if (!(await isThere('go', 'version'))) {
    console.warn('LEFT OUT: the tests of the client in Go, since go is not on the PATH');
    return skip('left out: go is not on the PATH');
  }
  const { stdout } = await run('go', ['test', '-count=1', './...'], { cwd });
  expect(stdout).toMatch(/^ok\s+meridian\.example\/meridian/m);
  await run('go', ['vet', './...'], { cwd });
  expect((await run('gofmt', ['-l', '.'], { cwd })).stdout).toBe('');
});
