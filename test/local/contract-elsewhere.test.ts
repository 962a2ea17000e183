// The contract suite against an address, as `MERIDIAN_URL=... npm run test:contract` and a canary run it: it takes the regions
// from the edge, which may have fewer than this checkout.

import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { closeServer, freePort, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { configOf } from '../support/data/checked-in.ts';
import { startLoggedStack } from '../support/logged-stack.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SUITE_TIMEOUT_MS = 240_000;

/** As after a rotation: a user has followed the token, and somebody has left the token where it was. */
const LOGIN = { user: 'ann.2', password: 'p'.repeat(32) };
const AS_USER = {
  MERIDIAN_NATS_TOKEN: 'of before',
  MERIDIAN_NATS_USER: LOGIN.user,
  MERIDIAN_NATS_PASSWORD: LOGIN.password,
};

/** The suite's exit code, and all that it said. */
function runSuite(
  url: string,
  credentials: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly said: string }> {
  const args = ['local/run.mjs', 'test/contract/run.ts'];
  const env = { ...process.env, MERIDIAN_TOKEN: '', ...credentials, MERIDIAN_URL: url, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const options = { cwd: PROJECT, env, timeout: SUITE_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, args, options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: out + err }),
    );
  });
}

test('two regions, one of which sleeps, no JetStream, a user after a token: the suite passes; with another password it says so at once', {
  timeout: SUITE_TIMEOUT_MS,
}, async () => {
  const config = configOf(['weur', 'oc'], { oc: { keepAwake: false } });
  const { user: NATS_USER, password: NATS_PASSWORD } = LOGIN;
  const { stack } = await startLoggedStack(config, {
    auth: { secrets: { NATS_USER, NATS_PASSWORD }, login: LOGIN },
  });
  try {
    const { code, said } = await runSuite(stack.url, AS_USER);
    if (code !== 0) throw new Error(`the suite failed:\n${said}`);
    expect(said).toMatch(/Tests .*passed/);
    expect(said).toContain(
      `left out against ${stack.url}: JetStream, in which none of its regions takes part`,
    );
    const refused = await runSuite(stack.url, { ...AS_USER, MERIDIAN_NATS_PASSWORD: 'wrong' });
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(
      /a client with the user ann\.2 does not get into .*: .*Authorization Violation.*Set /i,
    );
    expect(refused.said).not.toMatch(/Tests .*failed/);
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
    const nowhere = `http://${LOOPBACK}:${await freePort()}`;
    expect((await runSuite(nowhere)).said).toContain(`nothing answers at ${nowhere} (ECONNREFUSED)`);
    expect((await runSuite('nats.example.com')).said).toContain(
      'MERIDIAN_URL is "nats.example.com", and no address',
    );
  } finally {
    await closeServer(other);
  }
});
