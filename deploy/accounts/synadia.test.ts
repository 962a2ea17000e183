// `npm run deploy -- --target synadia` against a cluster of three servers in operator mode, with the files that are checked
// in, and what becomes of wrong secrets there.

import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { createAccount, createOperator } from '@nats-io/jwt';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { CLIENT_PORT } from '../../regions/container-ports.ts';
import { temporaryFolder } from '../../test/support/command-process.ts';
import { runDeploy } from '../../test/support/deploy-command.ts';
import { startNatsServerProcess } from '../../test/support/nats-server-process.ts';
import { type OperatorCluster, seedOf, startOperatorCluster } from '../../test/support/operator-cluster.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { Applied } from './apply.ts';
import { credsFor, keyOf } from './claims.ts';

const FILES = fileURLToPath(new URL('../synadia', import.meta.url));

/** Four deploys in a row, each a process, beside three servers: seconds, and on a busy machine half a minute. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const undo = new AsyncDisposableStack();
const account = createAccount();
let cluster: OperatorCluster;
let folder = '';
let secrets: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  cluster = await startOperatorCluster(undo);
  folder = undo.adopt(await temporaryFolder(), (each) => rm(each, { recursive: true, force: true }));
  await cp(FILES, join(folder, 'files'), { recursive: true });
  secrets = {
    SYNADIA_URL: cluster.urls[0] ?? '',
    SYNADIA_OPERATOR_SEED: cluster.operatorSeed,
    SYNADIA_ACCOUNT_SEED: seedOf(account),
    SYNADIA_SYSTEM_CREDS: cluster.systemCreds,
  };
});
afterAll(() => undo.disposeAsync());

async function deploy(...args: readonly string[]) {
  const { code, out, err } = await runDeploy(
    ['--target', 'synadia', '--files', join(folder, 'files'), '--json', ...args],
    secrets,
  );
  for (const secret of [secrets.SYNADIA_OPERATOR_SEED ?? '', secrets.SYNADIA_ACCOUNT_SEED ?? ''])
    expect(out + err).not.toContain(secret);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const { deployed } = JSON.parse(out) as { readonly deployed: readonly [Applied] };
  return deployed[0];
}

const connectAs = (creds: string, url = cluster.urls[2] ?? '') =>
  connect({ servers: url, authenticator: credsAuthenticator(new TextEncoder().encode(creds)) });

const stateOf = ({ account: { what }, streams }: Applied) => [
  what,
  ...(streams ?? []).map((each) => each.what),
];

test('a dry run makes nothing, a deploy all of it, and the next one has nothing to do', async () => {
  expect(stateOf(await deploy('--dry-run'))).toEqual(['add', 'add']);
  expect(stateOf(await deploy('--dry-run'))).toEqual(['add', 'add']);
  const credentials = join(folder, 'creds');
  const applied = await deploy('--credentials', credentials);
  expect(stateOf(applied)).toEqual(['add', 'add']);
  expect(applied.written).toEqual([join(credentials, 'client.creds'), join(credentials, 'leaf.creds')]);
  expect((await stat(join(credentials, 'client.creds'))).mode & 0o777).toBe(0o600);
  const again = await deploy('--credentials', credentials);
  expect(stateOf(again)).toEqual(['keep', 'keep']);
  expect(again.written).toEqual([]);

  await using client = disposable(await connectAs(await readFile(join(credentials, 'client.creds'), 'utf8')));
  const stored = await jetstream(client.nats).publish('orders.1', 'one');
  expect(stored).toMatchObject({ stream: 'ORDERS', seq: 1 });
});

test('a server that has no claims yet, and answers first, is not believed', async () => {
  const system = await connectAs(cluster.systemCreds);
  try {
    system.subscribe('$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP', {
      callback: (_, message) => void message.respond(''),
    });
    await system.flush();
    expect(stateOf(await deploy('--dry-run'))[0]).toBe('keep');
  } finally {
    await system.close();
  }
});

test('a changed file changes only what it names, and a stream that no file names stays', async () => {
  const admin = await credsFor({ name: 'admin' }, keyOf(secrets.SYNADIA_ACCOUNT_SEED ?? ''));
  await using client = disposable(await connectAs(admin));
  const manager = await jetstreamManager(client.nats);
  await manager.streams.add({ name: 'OTHER', subjects: ['other.>'] });
  await edit('streams/orders.json', (stream) => ({ ...stream, max_bytes: 1000 }));
  await edit('account.json', (file) => ({ ...file, limits: { ...(file.limits as object), leaf: 20 } }));
  const planned = await deploy('--dry-run');
  expect(planned.account.differences).toEqual([{ path: 'limits.leaf', from: 10, to: 20 }]);
  expect(planned.streams?.[0]?.differences).toEqual([{ path: 'max_bytes', from: 1073741824, to: 1000 }]);
  expect((await manager.streams.info('ORDERS')).config.max_bytes).toBe(1073741824);
  await deploy();
  const { config, state } = await manager.streams.info('ORDERS');
  expect({ bytes: config.max_bytes, messages: state.messages }).toEqual({ bytes: 1000, messages: 1 });
  expect((await manager.streams.info('OTHER')).config.name).toBe('OTHER');
  expect(stateOf(await deploy('--dry-run'))).toEqual(['keep', 'keep']);
});

test('a server with leaf.conf joins the account, and its clients write into the stream', async () => {
  const { path: program } = await ensureNatsServer();
  // As it stands, but for the port.
  const configuration = (await readFile(join(FILES, 'leaf.conf'), 'utf8'))
    .replace('port: 4222', 'port: -1')
    .replaceAll('$SYNADIA_LEAF_URL', JSON.stringify(cluster.leafUrl))
    .replaceAll('$SYNADIA_LEAF_CREDS', JSON.stringify(join(folder, 'creds/leaf.creds')));
  const options = { program, name: 'leaf', folder: join(folder, 'leaf'), configuration };
  const leaf = await startNatsServerProcess(options, undo);
  const nats = await connect({ servers: `127.0.0.1:${leaf.portOf(CLIENT_PORT)}` });
  await using client = disposable(nats);
  const answer = await waitFor('an answer of the stream', { timeoutMs: 10_000 }, () =>
    client.nats.request('orders.2', 'two', { timeout: 500 }),
  );
  expect(answer.json()).toMatchObject({ stream: 'ORDERS', seq: 2 });
});

test('a stream that the servers refuse is told with their words', async () => {
  await edit('streams/orders.json', (stream) => ({ ...stream, storage: 'memory' }));
  const { code, err } = await runDeploy(['--target', 'synadia', '--files', join(folder, 'files')], secrets);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/stream ORDERS: .*storage/) });
  await edit('streams/orders.json', (stream) => ({ ...stream, storage: 'file' }));
});

test.each([
  ['an operator that they do not trust', 5, /not of the operator that these servers trust/, 'operator'],
  ['credentials that they do not know', 5, /refused SYNADIA_SYSTEM_CREDS/, 'system'],
  ['no server at the address', 6, /no server answered at SYNADIA_URL/, 'url'],
] as const)('%s: said so', async (_what, code, words, which) => {
  const stranger = await credsFor({ name: 'system' }, createAccount());
  const wrong = {
    operator: {
      SYNADIA_OPERATOR_SEED: seedOf(createOperator()),
      SYNADIA_ACCOUNT_SEED: seedOf(createAccount()),
    },
    system: { SYNADIA_SYSTEM_CREDS: stranger },
    url: { SYNADIA_URL: 'nats://127.0.0.1:1' },
  }[which];
  const result = await runDeploy(['--target', 'synadia'], { ...secrets, ...wrong });
  expect(result).toMatchObject({ code, err: expect.stringMatching(words) });
});

test('with credentials alone only streams are applied', async () => {
  const creds = await credsFor({ name: 'streams' }, keyOf(secrets.SYNADIA_ACCOUNT_SEED ?? ''));
  const env = { SYNADIA_URL: cluster.urls[1] ?? '', SYNADIA_CREDS: creds };
  const { code, out } = await runDeploy(['--target', 'synadia', '--files', join(folder, 'files')], env);
  expect(code).toBe(0);
  expect(out).toContain("account MERIDIAN is made in Synadia's console");
  expect(out).toContain('stream ORDERS is as its file says');
});

async function edit(file: string, change: (json: Record<string, unknown>) => object): Promise<void> {
  const path = join(folder, 'files', file);
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(change(json)));
}

function disposable(nats: Awaited<ReturnType<typeof connect>>) {
  return { nats, [Symbol.asyncDispose]: () => nats.close() };
}
