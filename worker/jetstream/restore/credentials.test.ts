// Which credentials reach an account's streams.

import { expect, test } from 'vitest';
import { credentialsIn, loginFor } from './credentials.ts';

test('without an operator there is one account, for which everybody logs in alike', () => {
  expect(loginFor({ NATS_TOKEN: 't' }, '$G')).toEqual({ token: 't' });
  expect(loginFor({ NATS_USER: 'u', NATS_PASSWORD: 'p' }, '$G')).toEqual({ user: 'u', pass: 'p' });
  expect(loginFor({}, '$G')).toEqual({});
  expect(() => loginFor({ NATS_TOKEN: 't' }, 'A')).toThrow('account A');
});

test('with an operator each account has a user, by itself or by a signing key', () => {
  const secret = creds({ iss: 'AAA' }) + creds({ iss: 'SIGNER', nats: { issuer_account: 'ABB' } });
  expect([...credentialsIn(secret).keys()]).toEqual(['AAA', 'ABB']);
  const secrets = { NATS_OPERATOR_JWT: 'o', MERIDIAN_BACKUP_CREDENTIALS: secret };
  expect(loginFor(secrets, 'ABB')).toEqual({
    creds: creds({ iss: 'SIGNER', nats: { issuer_account: 'ABB' } }),
  });
  expect(() => loginFor(secrets, 'ACC')).toThrow('MERIDIAN_BACKUP_CREDENTIALS holds no user of it');
});

function creds(claims: object): string {
  const jwt = `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.sig`;
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\nSU\n------END USER NKEY SEED------\n`;
}
