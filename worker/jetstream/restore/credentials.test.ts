// Which credentials reach an account's streams.

import { expect, test } from 'vitest';
import { credentialsIn, loginsFor } from './credentials.ts';

test('without an operator there is one account, for which everybody logs in alike', () => {
  expect(loginsFor({ NATS_TOKEN: 't' }, '$G')).toEqual([{ token: 't' }]);
  expect(loginsFor({ NATS_USER: 'u', NATS_PASSWORD: 'p' }, '$G')).toEqual([{ user: 'u', pass: 'p' }]);
  expect(loginsFor({}, '$G')).toEqual([{}]);
  expect(() => loginsFor({ NATS_TOKEN: 't' }, 'A')).toThrow('account A');
});

test('with an operator each account has a user, by itself or by a signing key', () => {
  const secret = creds({ iss: 'AAA' }) + creds({ iss: 'SIGNER', nats: { issuer_account: 'ABB' } });
  expect([...credentialsIn(secret).keys()]).toEqual(['AAA', 'ABB']);
  const secrets = { NATS_OPERATOR_JWT: 'o', MERIDIAN_BACKUP_CREDENTIALS: secret };
  expect(loginsFor(secrets, 'ABB')).toEqual([
    { creds: creds({ iss: 'SIGNER', nats: { issuer_account: 'ABB' } }) },
  ]);
  expect(() => loginsFor(secrets, 'ACC')).toThrow('MERIDIAN_BACKUP_CREDENTIALS holds no user of it');
});

test('while credentials are changed there are two, of which a server may know one only', () => {
  const next = { NATS_USER_NEXT: 'n', NATS_PASSWORD_NEXT: 'q' };
  const followed = { user: 'n', pass: 'q' };
  expect(loginsFor({ NATS_TOKEN: 't', ...next }, '$G')).toEqual([{ token: 't' }, followed]);
  const both = loginsFor({ NATS_USER: 'u', NATS_PASSWORD: 'p', ...next }, '$G');
  expect(both).toEqual([{ user: 'u', pass: 'p' }, followed]);
  expect(loginsFor(next, '$G')).toEqual([followed]);
  expect(loginsFor({ NATS_USER_NEXT: 'n' }, '$G')).toEqual([{}]);
});

function creds(claims: object): string {
  const jwt = `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.sig`;
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\nSU\n------END USER NKEY SEED------\n`;
}
