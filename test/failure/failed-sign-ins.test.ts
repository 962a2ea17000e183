// An address that keeps trying wrong credentials is refused before the server is asked, and others are served.

import { platform } from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { buildWorker } from '../../local/worker-build.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cfOf, cityOf, standingIn } from '../support/data/places.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';

const TOKEN = 'the-token-of-this-test';
/** What the region takes of one address in a minute, and who may come until that is found out. */
const MOST_FAILED = 30;
const MEANWHILE = 20;
const ANSWERED_WITHIN_MS = 5_000;
const IN_PARIS = standingIn(cfOf(cityOf('weur')));

let stack: Stack;

beforeAll(async () => {
  const { path } = await ensureNatsServer();
  stack = await startStack({
    config: configOf(['weur'], { weur: { jetstream: false } }),
    natsServer: path,
    build: async (folder, config) => {
      const build = await buildWorker(folder, config);
      return { ...build, vars: { ...build.vars, NATS_TOKEN: TOKEN } };
    },
  });
});
afterAll(() => stack.close());

/** Signs in with a token from an address of this machine: the status of the upgrade, and what the server answers. */
async function signIn(localAddress: string, token: string): Promise<{ status: number; heard: string }> {
  const { status, socket } = await rawUpgrade(stack.url, IN_PARIS, { localAddress });
  if (socket === undefined) return { status, heard: '' };
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1');
  });
  const connect = { verbose: false, lang: 'test', version: '1', auth_token: token };
  socket.write(clientFrame(`CONNECT ${JSON.stringify(connect)}\r\nPING\r\n`));
  await waitFor('an answer', { timeoutMs: ANSWERED_WITHIN_MS }, () => /PONG|-ERR/.test(heard));
  socket.destroy();
  return { status, heard };
}

test.runIf(platform === 'linux')(
  'an address that guesses is refused, and others are served',
  async () => {
    const statuses: number[] = [];
    const isRefused = () => statuses.at(-1) !== undefined && statuses.at(-1) !== 101;
    for (let guess = 0; guess < MOST_FAILED + 2 * MEANWHILE && !isRefused(); guess += 1) {
      const { status, heard } = await signIn('127.0.0.2', `guess ${guess}`);
      if (status === 101) expect(heard).toContain('Authorization Violation');
      statuses.push(status);
    }
    expect(isRefused()).toBe(true);
    const tried = statuses.filter((status) => status === 101).length;
    expect(tried).toBeGreaterThanOrEqual(MOST_FAILED);
    expect(tried).toBeLessThanOrEqual(MOST_FAILED + MEANWHILE);
    expect((await signIn('127.0.0.2', TOKEN)).status).not.toBe(101);
    expect(await signIn('127.0.0.3', TOKEN)).toMatchObject({
      status: 101,
      heard: expect.stringContaining('PONG'),
    });
  },
  60_000,
);
