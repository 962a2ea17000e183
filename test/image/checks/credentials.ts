// Each way of signing in, by the official client over WebSocket, as users come in: the right credentials are let in,
// others are not.

import assert from 'node:assert/strict';
import { type ConnectionOptions, jwtAuthenticator, wsconnect } from '@nats-io/nats-core';
import { createOperatorFixture } from '../../support/container/operator-fixture.ts';
import type { Check } from '../check.ts';
import { type ImageContainer, WEBSOCKET_PORT } from '../image-container.ts';

const operator = createOperatorFixture();
const OPERATOR = {
  NATS_TOKEN: '',
  NATS_OPERATOR_JWT: operator.operatorJwt,
  NATS_SYSTEM_ACCOUNT: operator.systemAccount,
};
const SIGNED = { authenticator: jwtAuthenticator(operator.user.jwt, operator.user.seed) };

/** Everything that could be taken for configuration, or for something of the shell. */
const ODD = 'a "quoted" \\ $NATS_HOST # $(id) {[:;]} ünïcödé';

/** bcrypt of "s3cret". */
const HASH = '$2b$04$gFGPC4..MgYE2C7x7YsQhOPHHPwkRi4Y7qb1olPB7eY6G6zPz9QMC';

interface Way {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly right: ConnectionOptions;
  /** Right too. */
  readonly next?: ConnectionOptions;
  readonly wrong: ConnectionOptions;
  readonly covers: readonly string[];
}

const USER = ['NATS_USER', 'NATS_PASSWORD'];
const JWT = ['NATS_OPERATOR_JWT', 'NATS_SYSTEM_ACCOUNT', 'NATS_RESOLVER_PRELOAD'];

const WAYS: readonly Way[] = [
  {
    name: 'a token, of whatever characters',
    env: { NATS_TOKEN: ODD },
    right: { token: ODD },
    wrong: { token: `${ODD}x` },
    covers: ['NATS_TOKEN'],
  },
  {
    name: 'user and password',
    env: { NATS_TOKEN: '', NATS_USER: 'meridian', NATS_PASSWORD: ODD },
    right: { user: 'meridian', pass: ODD },
    wrong: { user: 'meridian', pass: 'wrong' },
    covers: USER,
  },
  {
    name: 'user and the bcrypt hash of a password',
    env: { NATS_TOKEN: '', NATS_USER: 'meridian', NATS_PASSWORD: HASH },
    right: { user: 'meridian', pass: 's3cret' },
    wrong: { user: 'meridian', pass: HASH },
    covers: USER,
  },
  {
    name: 'a token, and the user that follows it',
    env: { NATS_TOKEN: ODD, NATS_USER_NEXT: 'next', NATS_PASSWORD_NEXT: ODD },
    right: { token: ODD },
    next: { user: 'next', pass: ODD },
    wrong: { user: 'next', pass: 'wrong' },
    covers: ['NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'],
  },
  {
    name: 'JWT and seed below an operator, accounts as JSON',
    env: { ...OPERATOR, NATS_RESOLVER_PRELOAD: JSON.stringify(operator.accounts) },
    right: SIGNED,
    wrong: {},
    covers: JWT,
  },
  {
    name: 'JWT and seed below an operator, accounts as lines',
    env: {
      ...OPERATOR,
      NATS_RESOLVER_PRELOAD: Object.entries(operator.accounts)
        .map((account) => account.join(' '))
        .join('\n'),
    },
    right: SIGNED,
    wrong: {},
    covers: JWT,
  },
];

const ANYONE: Check = {
  name: 'NATS_ALLOW_ANYONE lets in who has no credentials',
  covers: ['NATS_ALLOW_ANYONE'],
  run: async (image) => {
    await using container = await image.serve({ env: { NATS_TOKEN: '', NATS_ALLOW_ANYONE: 'true' } });
    await (await connectTo(container, {})).close();
    return 'in';
  },
};

const SIGNING_IN: readonly Check[] = WAYS.map(({ name, env, right, next, wrong, covers }) => ({
  name: `signing in: ${name}`,
  covers,
  run: async (image) => {
    await using container = await image.serve({ env });
    for (const each of [right, ...(next === undefined ? [] : [next])])
      await (await connectTo(container, each)).close();
    await assert.rejects(connectTo(container, wrong), /authorization violation/i);
    await assert.rejects(connectTo(container, {}), /authorization violation/i);
    const shown = Object.values(env).filter((value) => value.length > 20);
    const log = await container.logs();
    assert.ok(!shown.some((secret) => log.includes(secret)), 'a secret is in the log');
    return 'right: in; wrong, none: refused';
  },
}));

export const CREDENTIALS: readonly Check[] = [...SIGNING_IN, ANYONE];

async function connectTo(container: ImageContainer, credentials: ConnectionOptions) {
  const servers = `ws://127.0.0.1:${await container.port(WEBSOCKET_PORT)}`;
  const connection = await wsconnect({ servers, reconnect: false, ...credentials });
  await connection.flush();
  return connection;
}
