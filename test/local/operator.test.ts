// `--auth operator`: what is below an operator can be tried on one machine, `$SYS` through the edge included.

import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { createAccount, createUser, decode, encodeUser, fromSeed, type User } from '@nats-io/jwt';
import { credsAuthenticator, jwtAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import type { JWTPayload } from 'jose';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '../../api/credentials.ts';
import { PATHS } from '../../api/paths.ts';
import { localAuth } from '../../local/auth/local-auth.ts';
import { writeLocalContexts } from '../../local/auth/local-contexts.ts';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { CLIENT_PORT } from '../../regions/container-ports.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { AUDIENCE, Issuer } from '../support/issuer.ts';
import { type LoggedStack, startLoggedStack } from '../support/logged-stack.ts';
import { ensureNatsCli } from '../support/nats-cli.ts';
import { startNatsServerProcess } from '../support/nats-server-process.ts';
import { API_TIMEOUT_MS, jetStreamIsReady, publishFirst } from '../support/streams.ts';

const run = promisify(execFile);
const REGIONS = ['wnam', 'enam', 'weur'] as const;
const DOWN = 'https://down.example';
const SERVERS = REGIONS.map((id) => `nats-${id}`);

let folder: string;
let running: LoggedStack;
let issuer: Issuer;
/** Its public key. */
let account: string;
let nats: (...args: readonly string[]) => Promise<string>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const auth = await localAuth({ kind: 'operator' }, join(folder, 'operator'));
  issuer = await Issuer.start();
  account = accountIn(auth.secrets.NATS_RESOLVER_PRELOAD ?? '');
  const signIn = {
    account,
    minutes: 5,
    issuers: [
      { issuer: issuer.url, audience: AUDIENCE, keys: `${issuer.url}/keys` },
      { issuer: DOWN, audience: AUDIENCE, keys: 'http://127.0.0.1:1/keys' },
    ],
    grants: [
      { publish: ['orders.*', 'users.{sub}.>'], subscribe: ['_INBOX.>'] },
      { when: { claim: 'groups', is: 'ops' }, publish: [], subscribe: ['users.>'] },
      { when: { claim: 'kind', is: 'robot' }, publish: ['robots.{model}'], subscribe: [] },
    ],
  };
  const config = { ...configOf(REGIONS), signIn, doors: { leafnode: true, mqtt: true } };
  running = await startLoggedStack(config, { auth });
  const env = { ...process.env, XDG_CONFIG_HOME: folder, NO_COLOR: '1' };
  await writeLocalContexts(running.stack.url, auth, () => {}, env);
  const { path } = await ensureNatsCli();
  nats = async (...args) => (await run(path, args, { env, cwd: folder })).stdout;
});
afterAll(async () => {
  await running?.stack.close();
  await issuer?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The public key of the account that is not the system's. */
function accountIn(preload: string): string {
  const accounts = JSON.parse(preload) as Record<string, string>;
  const [found] = Object.entries(accounts).filter(([, jwt]) => decode(jwt).name === 'MERIDIAN');
  if (found === undefined) throw new Error('there is no account');
  return found[0];
}

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

test('a nats-server joins as a leaf node with the JWT of a user, and is let into its account', async () => {
  await using undo = new AsyncDisposableStack();
  const { path: program } = await ensureNatsServer();
  const remote = JSON.stringify(running.stack.url.replace('http', 'ws'));
  const creds = JSON.stringify(join(folder, 'operator', 'user.creds'));
  const configuration = `
    host: 127.0.0.1
    port: -1
    server_name: factory
    leafnodes { remotes: [{ urls: [${remote}], credentials: ${creds} }] }`;
  const leaf = { program, name: 'factory', folder: join(folder, 'leaf'), configuration };
  const server = await startNatsServerProcess(leaf, undo);
  const atLeaf = await connect({ servers: `127.0.0.1:${server.portOf(CLIENT_PORT)}` });
  undo.defer(() => atLeaf.close());
  const client = await connectFrom(running.stack.url, cityOf('enam'), { authenticator: await credentials() });
  undo.defer(() => client.close());
  atLeaf.subscribe('machines', { callback: (_, message) => void message.respond('here') });
  await waitFor('an answer', { timeoutMs: 15_000, pollMs: 200 }, async () =>
    (await client.nats.request('machines', '', { timeout: 1_000 })).string(),
  );
});

describe('an MQTT client', () => {
  const accountSeed = async () => {
    const { signingSeed } = JSON.parse(await readFile(join(folder, 'operator', 'operator.json'), 'utf8'));
    return fromSeed(new TextEncoder().encode(signingSeed));
  };
  const jwtOf = async (settings: Partial<User>) =>
    encodeUser('meter', createUser(), account, settings, { signer: await accountSeed() });
  const MQTT_ONLY = ['MQTT_WS' as const];

  const connectMqtt = async (password: string) => {
    const client = mqtt.connect(`${running.stack.url.replace('http', 'ws')}/mqtt`, {
      ...{ username: 'any', password, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 20_000 },
    });
    try {
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.once('error', reject);
      });
    } catch (error) {
      await client.endAsync(true);
      throw error;
    }
    return client;
  };

  test("signs in with a bearer's JWT, and may do what that allows", async () => {
    await using signedIn = await connectFrom(running.stack.url, cityOf('weur'), {
      authenticator: await credentials(),
    });
    await jetStreamIsReady(signedIn.nats);
    // What `meters/#` is in MQTT.
    const meters = { allow: ['meters', 'meters.>'], deny: [] };
    const permissions = { pub: meters, sub: meters };
    const jwt = await jwtOf({ bearer_token: true, allowed_connection_types: MQTT_ONLY, ...permissions });
    const client = await connectMqtt(jwt);
    const heard: string[] = [];
    client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    const [mine] = await client.subscribeAsync('meters/#', { qos: 1 });
    expect(mine?.qos).toBe(1);
    const alien = await client.subscribeAsync('orders/#', { qos: 0 }).catch(() => 'refused');
    expect(alien).toBe('refused');
    await client.publishAsync('orders/x', 'not its own', { qos: 0 });
    await client.publishAsync('meters/x', 'its own', { qos: 1 });
    await waitFor('the message', { timeoutMs: 15_000, pollMs: 50 }, () => heard.length > 0);
    expect(heard).toEqual(['meters/x its own']);
    // The same is no client of another door.
    const asClient = { authenticator: jwtAuthenticator(jwt), reconnect: false };
    await expect(connectFrom(running.stack.url, cityOf('weur'), asClient)).rejects.toThrow(/authorization/i);
    await client.endAsync(true);
  });

  test.each<[string, Partial<User>]>([
    ["that is no bearer's", { allowed_connection_types: MQTT_ONLY }],
    ['for other connections', { bearer_token: true, allowed_connection_types: ['WEBSOCKET'] }],
  ])('with a JWT %s is refused', async (_what, settings) => {
    await expect(connectMqtt(await jwtOf(settings))).rejects.toThrow(/not authorized/i);
  });
});

describe('a sign-in', () => {
  const signedIn = async (claims: JWTPayload = {}, body?: object) =>
    fetch(new URL(PATHS.credentials, running.stack.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${await issuer.sign(claims)}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const clientOf = async (response: Response) => {
    expect(response.status).toBe(200);
    const { creds } = (await response.json()) as Credentials;
    const authenticator = credsAuthenticator(new TextEncoder().encode(creds ?? ''));
    return connectFrom(running.stack.url, cityOf('weur'), { authenticator, reconnect: false });
  };

  test('becomes a user who may do what it is granted, and nothing else', async () => {
    await using ada = await clientOf(await signedIn({ sub: 'ada' }));
    await using ops = await clientOf(await signedIn({ sub: 'bob', groups: ['ops'] }));
    const heard = ops.nats.subscribe('users.>', { max: 1 });
    await ops.nats.flush();
    const refused: string[] = [];
    void (async () => {
      for await (const status of ada.nats.status())
        if (status.type === 'error') refused.push(status.error.message);
    })();
    ada.nats.publish('users.bob.x', 'not hers');
    ada.nats.publish('users.ada.x', 'hers');
    for await (const message of heard) expect(message.string()).toBe('hers');
    ada.nats.subscribe('users.>', { callback: () => {} });
    await waitFor('both to be refused', { timeoutMs: 5_000, pollMs: 50 }, () => refused.length === 2);
    expect(refused.join()).toMatch(/Publish to "users.bob.x".*Subscription to "users.>"/);
  });

  test('of somebody with a key of their own gets no seed', async () => {
    const user = createUser();
    const response = await signedIn({}, { publicKey: user.getPublicKey() });
    const { creds, jwt, expiresAt } = (await response.json()) as Credentials;
    expect(creds).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(expiresAt - Date.now()).toBeLessThanOrEqual(300_000);
    expect(decode(jwt)).toMatchObject({ sub: user.getPublicKey(), exp: expiresAt / 1000 });
    const authenticator = jwtAuthenticator(jwt, user.getSeed());
    await using client = await connectFrom(running.stack.url, cityOf('oc'), { authenticator });
    await client.nats.flush();
  });

  test.each<[string, JWTPayload, number, string]>([
    ['for somebody else', { aud: 'another' }, 401, 'unauthorized'],
    ['of another issuer', { iss: 'https://other.example' }, 401, 'unauthorized'],
    ['that has expired', { exp: 1 }, 401, 'unauthorized'],
    ['of an issuer whose keys cannot be had', { iss: DOWN }, 503, 'sign_in_unavailable'],
    ['without what a grant needs', { kind: 'robot' }, 403, 'not_granted'],
  ])('%s is refused', async (_what, claims, status, code) => {
    const response = await signedIn(claims);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('is in the audit log, and what was wrong with one that was refused', async () => {
    await signedIn({ email: 'eve@example.com', kind: 'robot' });
    await signedIn({ email: 'ada@example.com' });
    await waitFor('the entries', { timeoutMs: 5_000, pollMs: 100 }, async () => {
      const { entries } = await running.stack.api.audit({});
      const of = (actor: string) => entries.find((entry) => entry.actor === actor);
      expect(of('sign-in:ada@example.com')).toMatchObject({ action: 'credentials', outcome: 'ok' });
      const eves = of('sign-in:eve@example.com');
      expect(eves).toMatchObject({
        outcome: 'not_granted',
        detail: expect.stringContaining('the claim model'),
      });
      return true;
    });
  });

  test('signed by another key is refused, and a seed or an account key is no user key', async () => {
    await using other = await Issuer.start();
    const forged = await other.sign({ iss: issuer.url });
    const headers = { authorization: `Bearer ${forged}` };
    const url = new URL(PATHS.credentials, running.stack.url);
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(401);
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    for (const publicKey of ['SUAB', accountKey, 'U'.repeat(56), ''])
      expect((await signedIn({}, { publicKey })).status).toBe(400);
  });
});

const accountKey = createAccount().getPublicKey();
