// An operator, a system account, an account and a user, as `nsc` would make them: what NATS_OPERATOR_JWT and its
// companions carry.

import { createHash, randomUUID } from 'node:crypto';
import { nkeys } from '@nats-io/nats-core';

type KeyPair = ReturnType<typeof nkeys.createOperator>;

export interface OperatorFixture {
  readonly operatorJwt: string;
  readonly systemAccount: string;
  /** Account -> JWT, the system account among them. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly user: User;
  /**
   * The same user with more in its JWT.
   *
   * @param expiresAtMs milliseconds since 1970; without it never
   */
  userOf(claims: object, expiresAtMs?: number): User;
}

export interface User {
  readonly jwt: string;
  readonly seed: Uint8Array;
}

const NO_LIMIT = -1;
const ACCOUNT_LIMITS = { subs: NO_LIMIT, data: NO_LIMIT, payload: NO_LIMIT, conn: NO_LIMIT, leaf: NO_LIMIT };
const USER_LIMITS = { subs: NO_LIMIT, data: NO_LIMIT, payload: NO_LIMIT };

/** @param limits of the account, beside none for its clients */
export function createOperatorFixture(limits: object = {}): OperatorFixture {
  const operator = nkeys.createOperator();
  const system = nkeys.createAccount();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const userOf = (claims: object, expiresAtMs?: number) => ({
    jwt: sign(account, user, { type: 'user', ...USER_LIMITS, ...claims }, expiresAtMs),
    seed: user.getSeed(),
  });
  return {
    operatorJwt: sign(operator, operator, { type: 'operator' }),
    systemAccount: system.getPublicKey(),
    accounts: {
      [system.getPublicKey()]: sign(operator, system, { type: 'account', limits: ACCOUNT_LIMITS }),
      [account.getPublicKey()]: sign(operator, account, {
        type: 'account',
        limits: { ...ACCOUNT_LIMITS, ...limits },
      }),
    },
    user: userOf({}),
    userOf,
  };
}

/** What makes a nats-server take its users, in the server's own configuration. */
export function operatorConfiguration({ operatorJwt, systemAccount, accounts }: OperatorFixture): string {
  const preload = Object.entries(accounts).map(([account, jwt]) => `  ${account}: ${jwt}`);
  return [
    `operator: ${operatorJwt}`,
    `system_account: ${systemAccount}`,
    'resolver: MEMORY',
    'resolver_preload: {',
    ...preload,
    '}',
  ].join('\n');
}

/** The user as `nsc` writes it into a file. */
export function credsOf({ user: { jwt, seed } }: OperatorFixture): string {
  const seedText = new TextDecoder().decode(seed);
  return [
    ...['-----BEGIN NATS USER JWT-----', jwt, '------END NATS USER JWT------', ''],
    ...['-----BEGIN USER NKEY SEED-----', seedText, '------END USER NKEY SEED------', ''],
  ].join('\n');
}

function sign(issuer: KeyPair, subject: KeyPair, claims: object, expiresAtMs?: number): string {
  const payload = {
    jti: createHash('sha256').update(randomUUID()).digest('hex'),
    iat: Math.floor(Date.now() / 1000),
    ...(expiresAtMs !== undefined && { exp: Math.floor(expiresAtMs / 1000) }),
    iss: issuer.getPublicKey(),
    name: 'meridian-test',
    sub: subject.getPublicKey(),
    nats: { ...claims, version: 2 },
  };
  const signed = `${base64url({ typ: 'JWT', alg: 'ed25519-nkey' })}.${base64url(payload)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
