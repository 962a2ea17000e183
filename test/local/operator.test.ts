// `--auth operator`: what is below an operator can be tried on one machine, `$SYS` through the edge included.

import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { credsAuthenticator } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localAuth } from '../../local/auth/local-auth.ts';
import { writeLocalContexts } from '../../local/auth/local-contexts.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { type LoggedStack, startLoggedStack } from '../support/logged-stack.ts';
import { ensureNatsCli } from '../support/nats-cli.ts';
import { API_TIMEOUT_MS, jetStreamIsReady, publishFirst } from '../support/streams.ts';

const run = promisify(execFile);
const REGIONS = ['wnam', 'enam', 'weur'] as const;
const SERVERS = REGIONS.map((id) => `nats-${id}`);

let folder: string;
let running: LoggedStack;
let nats: (...args: readonly string[]) => Promise<string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const auth = await localAuth({ kind: 'operator' }, join(folder, 'operator'));
  running = await startLoggedStack(configOf(REGIONS), { auth });
  const env = { ...process.env, XDG_CONFIG_HOME: folder, NO_COLOR: '1' };
  await writeLocalContexts(running.stack.url, auth, () => {}, env);
  const { path } = await ensureNatsCli();
  nats = async (...args) => (await run(path, args, { env, cwd: folder })).stdout;
});
afterAll(async () => {
  await running?.stack.close();
  await rm(folder, { recursive: true, force: true });
});

const credentials = async () => {
  const path = join(folder, 'operator', 'user.creds');
  expect((await stat(path)).mode & 0o077).toBe(0);
  return credsAuthenticator(await readFile(path));
};

test('who has its credentials has streams, and who has none is not let in', async () => {
  const { url } = running.stack;
  await expect(connectFrom(url, cityOf('weur'), { reconnect: false })).rejects.toThrow(/authorization/i);
  await using client = await connectFrom(url, cityOf('weur'), { authenticator: await credentials() });
  await jetStreamIsReady(client.nats);
  const manager = await jetstreamManager(client.nats, { timeout: API_TIMEOUT_MS });
  await waitFor('the stream', { timeoutMs: 20_000 }, () =>
    manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'], num_replicas: 3 }),
  );
  await publishFirst(client.nats, 'orders.new', 'first');
  expect((await manager.streams.info('ORDERS')).state.messages).toBe(1);
});

test('operators reach every server through the edge', async () => {
  const system = ['--context', 'meridian-local-system'];
  const list = JSON.parse(await nats(...system, 'server', 'list', '--json', '3')) as {
    server: { name: string };
  }[];
  expect(list.map(({ server }) => server.name).sort()).toEqual([...SERVERS].sort());
  const report = await nats(...system, 'server', 'report', 'connections', '3');
  expect(report).toContain('nats-');
  const ping = await nats(...system, 'server', 'ping', '3');
  for (const server of SERVERS) expect(ping).toContain(server);
  const archive = join(folder, 'audit.zip');
  await nats(...system, 'audit', 'gather', '--output', archive, '--no-server-profiles', '--no-progress');
  const analysis = await nats('audit', 'analyze', archive);
  expect(analysis).toMatch(/pass/i);
});

test('a client is none of the operators', async () => {
  await expect(nats('--context', 'meridian-local', 'server', 'list', '1')).rejects.toThrow();
});
