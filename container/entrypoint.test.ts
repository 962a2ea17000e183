// What the entrypoint makes of the environment: a configuration that nats-server accepts, or a refusal with the fix.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jwtAuthenticator, wsconnect } from '@nats-io/nats-core';
import { describe, expect, test, vi } from 'vitest';
import { leafProblem } from '../api/leaf-lines.ts';
import { Entrypoint, type Environment, runToExit } from '../test/support/container/entrypoint.ts';
import { createOperatorFixture } from '../test/support/container/operator-fixture.ts';
import { RawClient } from '../test/support/container/raw-client.ts';
import { TEST_TIMEOUT_MS } from '../test/support/container/transcript.ts';

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS });

const EX_CONFIG = 78;

const operator = createOperatorFixture();
const OPERATOR_ENVIRONMENT = {
  NATS_OPERATOR_JWT: operator.operatorJwt,
  NATS_SYSTEM_ACCOUNT: operator.systemAccount,
  NATS_RESOLVER_PRELOAD: JSON.stringify(operator.accounts),
};
const PRELOAD_LINES = Object.entries(operator.accounts)
  .map(([account, jwt]) => `${account} ${jwt}`)
  .join('\n');

const USER_ENVIRONMENT = { NATS_USER: 'meridian', NATS_PASSWORD: 'secret' };
const TOKEN_ENVIRONMENT = { NATS_TOKEN: 'secret' };
const NEXT_ENVIRONMENT = { NATS_USER_NEXT: 'meridian.2', NATS_PASSWORD_NEXT: 'followed' };
const JOINED_ENVIRONMENT = {
  ...TOKEN_ENVIRONMENT,
  NATS_SCRATCH: 'true',
  NATS_SHARE: 'session.pr-1-abcdefgh',
  NATS_LEAF_PASSWORD: 'of this start',
};

describe('nats-server accepts the configuration', () => {
  test.each<[string, Environment]>([
    ['without credentials on loopback', {}],
    ['without credentials on localhost', { NATS_HOST: 'localhost' }],
    ['without credentials on ::1', { NATS_HOST: '::1' }],
    ['without credentials where anyone may connect', { NATS_HOST: '', NATS_ALLOW_ANYONE: 'true' }],
    ['with a user', { ...USER_ENVIRONMENT, NATS_HOST: '' }],
    ['with a token', { ...TOKEN_ENVIRONMENT, NATS_HOST: '' }],
    ['with an operator', { ...OPERATOR_ENVIRONMENT, NATS_HOST: '' }],
    ['with accounts as lines', { ...OPERATOR_ENVIRONMENT, NATS_RESOLVER_PRELOAD: `${PRELOAD_LINES}\n` }],
    ['with JetStream', { NATS_JETSTREAM: 'true' }],
    [
      'with JetStream and its limits',
      { NATS_JETSTREAM: 'true', NATS_JETSTREAM_MAX_MEMORY: '64MB', NATS_JETSTREAM_MAX_FILE: '1GB' },
    ],
    ['on its own, to verify backups', { ...TOKEN_ENVIRONMENT, NATS_SCRATCH: 'true', NATS_JETSTREAM: 'true' }],
    ['with leaf links', { ...TOKEN_ENVIRONMENT, NATS_LEAF_PASSWORD: 'of this start' }],
    ['with MQTT', { ...TOKEN_ENVIRONMENT, NATS_MQTT: 'true', NATS_MQTT_REPLICAS: '3' }],
    [
      'with leaf nodes of others',
      { ...TOKEN_ENVIRONMENT, NATS_LEAF_PASSWORD: 'x', NATS_LEAF_USERS: 'factory a"b#c\\\n\nlab $x{}\n' },
    ],
    [
      'with permissions of leaf nodes',
      {
        ...USER_ENVIRONMENT,
        NATS_LEAF_PASSWORD: 'x',
        NATS_LEAF_USERS: 'factory a"b#c subscribe=down.*,a"b publish=up.>,_INBOX.>\nlab x publish=\nall y',
      },
    ],
    ['with a user beside the token', { ...TOKEN_ENVIRONMENT, ...NEXT_ENVIRONMENT, NATS_HOST: '' }],
    ['with two users', { ...USER_ENVIRONMENT, ...NEXT_ENVIRONMENT, NATS_HOST: '' }],
    ['with the second user alone', { ...NEXT_ENVIRONMENT, NATS_HOST: '' }],
    [
      'with two users and permissions of leaf nodes of two lists',
      {
        ...USER_ENVIRONMENT,
        ...NEXT_ENVIRONMENT,
        NATS_LEAF_PASSWORD: 'x',
        NATS_LEAF_USERS: 'factory a publish=up.>',
        NATS_LEAF_USERS_NEXT: 'factory.2 b publish=up.>',
      },
    ],
    ['with leaf links and an operator', { ...OPERATOR_ENVIRONMENT, NATS_LEAF_PASSWORD: 'of this start' }],
    ['on its own, joined to a region', JOINED_ENVIRONMENT],
    ['on its own, joined to a region, with JetStream', { ...JOINED_ENVIRONMENT, NATS_JETSTREAM: 'true' }],
    ['with the ports of the image', { NATS_CLIENT_PORT: '', NATS_WEBSOCKET_PORT: '', NATS_CLUSTER_PORT: '' }],
  ])('%s', async (_, env) => {
    const { code, output } = await runToExit({ env, args: ['-t'] });
    expect(output).toMatch(/configuration file .* is valid/);
    expect(code).toBe(0);
  });
});

describe('it refuses those lines of leaf nodes that the command refuses that sets them', () => {
  test.each([
    'factory a\nlab b publish=up.>,x subscribe=',
    'factory\ta',
    '  factory   a  ',
    'factory',
    'session a',
    'factory a\n\nfactory b',
    'factory a pub=x',
    'factory a publish=x publish=y',
    'factory a publish=x\tsubscribe=y',
    'factory a\u0001b',
    'factory a\r',
    'meridian a',
    'meridian a publish=x',
  ])('%j', async (lines) => {
    const leafs = { NATS_LEAF_PASSWORD: 'x', NATS_LEAF_USERS: lines };
    const asUsers = await runToExit({ env: { ...USER_ENVIRONMENT, ...leafs }, args: ['-t'] });
    const isValid = leafProblem(lines, { users: [USER_ENVIRONMENT.NATS_USER] }) === undefined;
    expect(asUsers.code).toBe(isValid ? 0 : EX_CONFIG);
    const withToken = await runToExit({ env: { ...TOKEN_ENVIRONMENT, ...leafs }, args: ['-t'] });
    expect(withToken.code).toBe(leafProblem(lines) === undefined ? 0 : EX_CONFIG);
  });
});

describe('the entrypoint refuses', () => {
  test.each<[string, Environment, RegExp]>([
    ['no server name', { NATS_SERVER_NAME: '' }, /NATS_SERVER_NAME is not set/],
    ['a server on its own without a token', { NATS_SCRATCH: 'true' }, /NATS_TOKEN is needed/],
    ['a share of a server that is not on its own', { NATS_SHARE: 'session.a' }, /without NATS_SCRATCH/],
    [
      'a share without a link',
      { ...JOINED_ENVIRONMENT, NATS_LEAF_PASSWORD: '' },
      /without NATS_LEAF_PASSWORD/,
    ],
    ['a share of everything', { ...JOINED_ENVIRONMENT, NATS_SHARE: 'session.>' }, /it must be a subject/],
    [
      'a share of an empty token',
      { ...JOINED_ENVIRONMENT, NATS_SHARE: 'session..a' },
      /it must be a subject/,
    ],
    ['a server half on its own', { NATS_SCRATCH: 'yes' }, /must be true or false/],
    ['no credentials on 0.0.0.0', { NATS_HOST: '0.0.0.0' }, /anyone could connect to 0\.0\.0\.0/],
    [
      'a permission that is neither true nor false',
      { NATS_HOST: '', NATS_ALLOW_ANYONE: 'yes' },
      /must be true or false/,
    ],
    ['no credentials on the default host', { NATS_HOST: '' }, /wrangler secret put NATS_TOKEN/],
    ['a user without password', { NATS_USER: 'meridian' }, /NATS_USER is set without NATS_PASSWORD/],
    ['a password without user', { NATS_PASSWORD: 'secret' }, /NATS_PASSWORD is set without NATS_USER/],
    [
      'a second user without password',
      { NATS_USER_NEXT: 'a' },
      /NATS_USER_NEXT is set without NATS_PASSWORD_N/,
    ],
    ['a second password without user', { NATS_PASSWORD_NEXT: 'a' }, /NATS_PASSWORD_NEXT is set without/],
    [
      'a second user of the same name',
      { ...USER_ENVIRONMENT, NATS_USER_NEXT: 'meridian', NATS_PASSWORD_NEXT: 'x' },
      /NATS_USER_NEXT is the name that NATS_USER has/,
    ],
    [
      'a second user beside an operator',
      { ...OPERATOR_ENVIRONMENT, ...NEXT_ENVIRONMENT },
      /cannot follow \(operator\)/,
    ],
    [
      'a leaf node with the name that one of the first list has',
      { NATS_LEAF_USERS: 'a b\nlab c', NATS_LEAF_USERS_NEXT: 'lab d' },
      /line 3 of NATS_LEAF_USERS .* has the name that an earlier line has/,
    ],
    [
      'two kinds of credentials',
      { ...USER_ENVIRONMENT, ...TOKEN_ENVIRONMENT },
      /more than one kind.*user token/,
    ],
    [
      'an operator without accounts',
      { ...OPERATOR_ENVIRONMENT, NATS_RESOLVER_PRELOAD: '' },
      /NATS_RESOLVER_PRELOAD is missing/,
    ],
    [
      'an account without JWT',
      { ...OPERATOR_ENVIRONMENT, NATS_RESOLVER_PRELOAD: operator.systemAccount },
      /does not pair/,
    ],
    [
      'accounts that are no keys',
      { ...OPERATOR_ENVIRONMENT, NATS_RESOLVER_PRELOAD: '{"A": ["x"]}' },
      /neither a public key nor a JWT/,
    ],
    ['a secret with a line break', { NATS_TOKEN: 'two\nlines' }, /NATS_TOKEN contains a line break/],
    ['a leaf node without a password', { NATS_LEAF_USERS: 'a b\nlab' }, /line 2 of NATS_LEAF_USERS is not/],
    ['a leaf node of three words', { NATS_LEAF_USERS: 'a b c' }, /line 1 .* goes on after the password/],
    ['a permission that is none', { NATS_LEAF_USERS: 'a b allow=x' }, /line 1 .* goes on after the password/],
    ['a permission twice', { NATS_LEAF_USERS: 'a b publish=x publish=y' }, /has publish= twice/],
    [
      'permissions of leaf nodes with a token',
      { ...TOKEN_ENVIRONMENT, NATS_LEAF_USERS: 'c d\na b publish=x' },
      /line 2 of NATS_LEAF_USERS has permissions.*NATS_USER and NATS_PASSWORD/,
    ],
    [
      'a leaf node with permissions and the name of the user',
      { ...USER_ENVIRONMENT, NATS_LEAF_USERS: `${USER_ENVIRONMENT.NATS_USER} b publish=x` },
      /line 1 of NATS_LEAF_USERS has the name that NATS_USER or NATS_USER_NEXT has/,
    ],
    ['a leaf node with a carriage return', { NATS_LEAF_USERS: 'a b\r\n' }, /a control character/],
    ['a leaf node with the name of the own links', { NATS_LEAF_USERS: 'session x' }, /the name session/],
    ['MQTT that is neither on nor off', { NATS_MQTT: 'yes' }, /NATS_MQTT is 'yes': it must be true or false/],
    ['a hold that is no number', { NATS_TERM_HOLD: '5m' }, /NATS_TERM_HOLD is '5m'/],
    ['a hold of 15 minutes', { NATS_TERM_HOLD: '900' }, /a number of seconds below 900/],
    ['a port that is no number', { NATS_CLIENT_PORT: 'nats' }, /NATS_CLIENT_PORT is 'nats'/],
    ['a port with configuration in it', { NATS_CLIENT_PORT: '4222\ndebug: true' }, /NATS_CLIENT_PORT is/],
    ['JetStream neither on nor off', { NATS_JETSTREAM: 'yes' }, /NATS_JETSTREAM is 'yes'/],
    ['JetStream for one peer', { NATS_JETSTREAM: 'true', NATS_JETSTREAM_PEERS: '1' }, /fewer than 2/],
  ])('%s', async (_, env, message) => {
    const { code, output } = await runToExit({ env });
    expect(output).toMatch(message);
    expect(code).toBe(EX_CONFIG);
  });

  test('and shows no secret in what it says', async () => {
    const { output } = await runToExit({ env: { NATS_TOKEN: 'hidden-1\n', NATS_PASSWORD: 'hidden-2' } });
    expect(output).not.toContain('hidden');
    const leafs = await runToExit({
      env: { NATS_LEAF_USERS: 'a hidden-3', NATS_LEAF_USERS_NEXT: 'a hidden-4' },
    });
    expect(leafs.output).not.toContain('hidden');
  });
});

describe("nats-server's own refusal is passed on", () => {
  test.each<[string, Environment, RegExp]>([
    ['a lame duck of less than 30 s', { NATS_LAME_DUCK_DURATION: '29s' }, /minimum is 30 seconds/],
    [
      'a grace period as long as the lame duck',
      { NATS_LAME_DUCK_GRACE_PERIOD: '30s', NATS_LAME_DUCK_DURATION: '30s' },
      /grace period.*should be strictly lower/,
    ],
    [
      'a JWT that is none',
      { ...OPERATOR_ENVIRONMENT, NATS_RESOLVER_PRELOAD: 'A eyJ' },
      /invalid account JWT/,
    ],
  ])('%s', async (_, env, message) => {
    const { code, output } = await runToExit({ env });
    expect(output).toMatch(message);
    expect(code).toBe(1);
  });

  test('a nats-server that is not there exits with 127', async () => {
    const { code } = await runToExit({ env: { NATS_SERVER_BIN: '/nowhere/nats-server' } });
    expect(code).toBe(127);
  });
});

describe('credentials authenticate', () => {
  const ODD_SECRETS = [
    'with "double" and \'single\' quotes',
    '$NATS_HOST and $(id) and `id`',
    '# not a comment // nor this',
    '\\ \\n \\x41 back\\slashes\\',
    '{ [ ( , ; : = ) ] }',
    '0123',
    'true',
    '* ? ~ %s !',
    'ünïcödé 中文',
  ];

  test.each(ODD_SECRETS)('as a token: %s', async (secret) => {
    await using server = await Entrypoint.start({ env: { NATS_TOKEN: secret } });
    expect(await connects(server.ports.nats, { auth_token: secret })).toBe(true);
    expect(await connects(server.ports.nats, { auth_token: `${secret}x` })).toBe(false);
    expect(await connects(server.ports.nats, {})).toBe(false);
  });

  test.each(ODD_SECRETS)('as user and password: %s', async (secret) => {
    await using server = await Entrypoint.start({ env: { NATS_USER: secret, NATS_PASSWORD: secret } });
    expect(await connects(server.ports.nats, { user: secret, pass: secret })).toBe(true);
    expect(await connects(server.ports.nats, { user: secret, pass: 'wrong' })).toBe(false);
  });

  test.each(ODD_SECRETS)('as a token, and as the user that follows it: %s', async (secret) => {
    await using server = await Entrypoint.start({
      env: { NATS_TOKEN: secret, NATS_USER_NEXT: 'next', NATS_PASSWORD_NEXT: secret },
    });
    const { nats } = server.ports;
    expect(await connects(nats, { auth_token: secret })).toBe(true);
    expect(await connects(nats, { user: 'next', pass: secret })).toBe(true);
    expect(await connects(nats, { auth_token: `${secret}x` })).toBe(false);
    expect(await connects(nats, { user: 'next', pass: `${secret}x` })).toBe(false);
    expect(await connects(nats, { user: 'next', auth_token: secret })).toBe(false);
    expect(await connects(nats, {})).toBe(false);
  });

  test('as either of two users, and as the second one alone', async () => {
    const [first, second] = [
      { user: 'meridian', pass: 'secret' },
      { user: 'meridian.2', pass: 'followed' },
    ];
    await using both = await Entrypoint.start({ env: { ...USER_ENVIRONMENT, ...NEXT_ENVIRONMENT } });
    expect(await connects(both.ports.nats, first)).toBe(true);
    expect(await connects(both.ports.nats, second)).toBe(true);
    expect(await connects(both.ports.nats, { ...first, pass: second.pass })).toBe(false);
    await using alone = await Entrypoint.start({ env: NEXT_ENVIRONMENT });
    expect(await connects(alone.ports.nats, second)).toBe(true);
    expect(await connects(alone.ports.nats, first)).toBe(false);
  });

  test("as a token that is longer than nats-server's own limit of a line", async () => {
    const secret = 'long '.repeat(1_000);
    await using server = await Entrypoint.start({ env: { NATS_TOKEN: secret } });
    expect(await connects(server.ports.nats, { auth_token: secret })).toBe(true);
    expect(await connects(server.ports.nats, { auth_token: `${secret}x` })).toBe(false);
  });

  test.each([
    ['usual', ''],
    ['long', 'long '.repeat(1_000)],
  ])('as a %s JWT and seed below an operator, over WebSocket', async (_, description) => {
    await using server = await Entrypoint.start({ env: OPERATOR_ENVIRONMENT });
    const { jwt, seed } = operator.userOf({ description });
    expect(jwt.length > 4_108).toBe(description !== '');
    const connection = await wsconnect({
      servers: `ws://127.0.0.1:${server.ports.websocket}`,
      authenticator: jwtAuthenticator(jwt, seed),
    });
    await connection.flush();
    await connection.close();
    expect(await connects(server.ports.nats, {})).toBe(false);
  });

  test('on loopback none are needed', async () => {
    await using server = await Entrypoint.start();
    expect(await connects(server.ports.nats, {})).toBe(true);
  });
});

describe('a running server', () => {
  test('carries its name, its cluster and where it is', async () => {
    await using server = await Entrypoint.start({
      env: { NATS_REGION: 'weur', CLOUDFLARE_LOCATION: 'ams07', CLOUDFLARE_COUNTRY_A2: 'NL' },
    });
    expect(await monitor(server.ports.monitoring, 'varz')).toMatchObject({
      server_name: 'nats-weur',
      cluster: { name: 'meridian' },
      tags: ['region:weur', 'location:ams07', 'cloudflare-region:unknown', 'country:nl'],
      ping_interval: 20_000_000_000,
    });
  });

  test('hands its clients no addresses', async () => {
    await using server = await Entrypoint.start();
    const client = await RawClient.open(server.ports.nats);
    await client.connect();
    expect(client.received.text).not.toContain('connect_urls');
    client.close();
  });

  test('listens for leaf links only where it has a password for them', async () => {
    await using without = await Entrypoint.start({ env: TOKEN_ENVIRONMENT });
    expect(without.output.text).not.toContain('leafnode connections');
    await using joinable = await Entrypoint.start({ env: { ...TOKEN_ENVIRONMENT, NATS_LEAF_PASSWORD: 'x' } });
    await joinable.output.match(/Listening for leafnode connections on 127\.0\.0\.1/);
  });

  test('of a joined session takes its token as the password of its user, and nothing else', async () => {
    // It listens for no routes, which `start` would wait for.
    await using server = await Entrypoint.run({ env: JOINED_ENVIRONMENT });
    const [, port] = await server.output.match(/Listening for client connections on 127\.0\.0\.1:(\d+)/);
    const signsIn = (credentials: Readonly<Record<string, string>>) => connects(Number(port), credentials);
    expect(await signsIn({ user: 'session', pass: 'secret' })).toBe(true);
    expect(await signsIn({ user: 'session', pass: 'of this start' })).toBe(false);
    expect(await signsIn({ user: 'region', pass: 'of this start' })).toBe(false);
    expect(await signsIn({ auth_token: 'secret' })).toBe(false);
    expect(await signsIn({})).toBe(false);
  });

  test('listens on nothing but NATS_HOST', async () => {
    await using server = await Entrypoint.start();
    expect(server.output.text).not.toContain('0.0.0.0');
  });

  test('hands arguments on to nats-server', async () => {
    await using server = await Entrypoint.start({ args: ['-D'] });
    expect(await server.output.match(/\[DBG\]/)).toBeTruthy();
  });

  test('starts JetStream without a route to anyone', async () => {
    await using server = await Entrypoint.start({ env: { NATS_JETSTREAM: 'true' } });
    await server.output.match(/JetStream cluster bootstrapping/);
    expect(await monitor(server.ports.monitoring, 'jsz')).toMatchObject({
      config: { store_dir: join(server.folder, 'store', 'jetstream') },
      meta_cluster: { cluster_size: 3 },
    });
  });

  test('leaves JetStream off by default', async () => {
    await using server = await Entrypoint.start();
    expect(await monitor(server.ports.monitoring, 'jsz')).toMatchObject({ disabled: true });
  });

  test('writes no file of its own, secrets least of all', async () => {
    await using server = await Entrypoint.start({ env: TOKEN_ENVIRONMENT });
    expect(await readdir(server.folder)).toEqual([]);
    server.signal('SIGINT');
    expect(await server.exitCode()).toBe(0);
    expect(await readdir(server.folder)).toEqual([]);
  });
});

async function connects(port: number, credentials: Readonly<Record<string, string>>): Promise<boolean> {
  const client = await RawClient.open(port);
  try {
    return await client.connect(credentials);
  } finally {
    client.close();
  }
}

async function monitor(port: number, endpoint: 'varz' | 'jsz'): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/${endpoint}`)).json();
}
