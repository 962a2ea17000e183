// The contract suite against an address, as `MERIDIAN_URL=... npm run test:contract` and a canary run it: it takes the regions
// from the edge, which may have fewer than this checkout.

import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { configOf } from '../support/data/checked-in.ts';
import { startLoggedStack } from '../support/logged-stack.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE_TIMEOUT_MS = 240_000;

/** The suite's exit code, and all that it said. */
function runSuite(url: string): Promise<{ readonly code: number; readonly said: string }> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e', 'test/contract'];
  const env = { ...process.env, MERIDIAN_URL: url, NO_COLOR: '1', MERIDIAN_TOKEN: '' };
  return new Promise((resolve) => {
    const options = { cwd: PROJECT, env, timeout: SUITE_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, args, options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: out + err }),
    );
  });
}

test('two regions, one of which sleeps, and no JetStream: the suite passes', {
  timeout: SUITE_TIMEOUT_MS,
}, async () => {
  const { stack } = await startLoggedStack(configOf(['weur', 'oc'], { oc: { keepAwake: false } }));
  try {
    const { code, said } = await runSuite(stack.url);
    if (code !== 0) throw new Error(`the suite failed:\n${said}`);
    expect(said).toMatch(/Tests .*passed/);
    expect(said).toContain(
      `left out against ${stack.url}: JetStream, in which none of its regions takes part`,
    );
  } finally {
    await stack.close();
  }
});

test('an address of something else is said to be one, before any test', {
  timeout: SUITE_TIMEOUT_MS,
}, async () => {
  const other = createServer((_request, response) => void response.end('<h1>hello</h1>'));
  const url = `http://${LOOPBACK}:${await listenOnLoopback(other)}`;
  try {
    const { code, said } = await runSuite(url);
    expect(code).not.toBe(0);
    expect(said).toContain(`${url}/api/regions answers 200, and not as Meridian does`);
  } finally {
    await closeServer(other);
  }
});
