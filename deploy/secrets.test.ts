import { createAccount, createOperator, createUser } from '@nats-io/jwt';
import { expect, test } from 'vitest';
import { seedOf } from '../test/support/operator-cluster.ts';
import { isConfigured, secretProblems, signsAccounts } from './secrets.ts';
import { PLATFORMS, platformsOf, targetOf } from './target.ts';

const CLOUDFLARE = {
  CLOUDFLARE_API_TOKEN: 'a-token-of-forty-characters-0123456789_A',
  CLOUDFLARE_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
  MERIDIAN_URL: 'https://meridian.example.com',
};
const CREDS = `-----BEGIN NATS USER JWT-----
eyJ.a.b
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${seedOf(createUser())}
------END USER NKEY SEED------
`;
const SYNADIA = { SYNADIA_URL: 'tls://connect.ngs.global', SYNADIA_CREDS: CREDS };
const SIGNED = {
  SYNADIA_URL: 'tls://nats.example.com:4222',
  SYNADIA_OPERATOR_SEED: seedOf(createOperator()),
  SYNADIA_ACCOUNT_SEED: seedOf(createAccount()),
  SYNADIA_SYSTEM_CREDS: CREDS,
};

const wordsOf = (env: Readonly<Record<string, string>>, isUnattended = true) =>
  secretProblems(PLATFORMS, env, isUnattended).map(({ words }) => words);

test('what is whole has no problem', () => {
  expect(wordsOf({ ...CLOUDFLARE, ...SYNADIA })).toEqual([]);
  expect(wordsOf({ ...CLOUDFLARE, ...SIGNED })).toEqual([]);
  // As a file or a shell gives it.
  expect(wordsOf({ ...CLOUDFLARE, ...SYNADIA, SYNADIA_URL: 'tls://connect.ngs.global\n' })).toEqual([]);
});

test('somebody at a terminal may be signed in to Cloudflare, CI is not', () => {
  expect(wordsOf(SYNADIA, false)).toEqual([]);
  expect(wordsOf(SYNADIA).map((words) => words.split(' ')[0])).toEqual(Object.keys(CLOUDFLARE));
});

test('who signs the account half is told what is missing of the other half', () => {
  const { SYNADIA_SYSTEM_CREDS: _, ...half } = SIGNED;
  expect(wordsOf({ ...CLOUDFLARE, ...half })).toEqual([
    'SYNADIA_SYSTEM_CREDS is missing (docs/pipeline.md says what it is)',
  ]);
  expect([signsAccounts(half), signsAccounts(SYNADIA)]).toEqual([true, false]);
  expect(isConfigured('synadia', { SYNADIA_URL: '' })).toBe(false);
});

const ALL = { ...CLOUDFLARE, ...SIGNED, SYNADIA_CREDS: CREDS };
test.each([
  ['CLOUDFLARE_API_TOKEN', 'short', 'is no API token'],
  ['CLOUDFLARE_API_TOKEN', ` ${CLOUDFLARE.CLOUDFLARE_API_TOKEN}`, 'begins with a blank'],
  ['CLOUDFLARE_API_TOKEN', `"${CLOUDFLARE.CLOUDFLARE_API_TOKEN}"`, 'is in quotation marks'],
  ['CLOUDFLARE_API_TOKEN', '<your token>', 'is a placeholder'],
  ['CLOUDFLARE_API_TOKEN', '***', 'is a placeholder'],
  ['CLOUDFLARE_ACCOUNT_ID', '0123456789abcdef0123456789abcde', 'is no account'],
  ['CLOUDFLARE_ACCOUNT_ID', 'me@example.com', 'is no account'],
  ['MERIDIAN_URL', 'http://meridian.example.com', 'is not encrypted'],
  ['MERIDIAN_URL', 'meridian.example.com', 'is no address'],
  ['SYNADIA_URL', 'nats://nats.example.com', 'is not encrypted'],
  ['SYNADIA_URL', 'tls://user:secret@nats.example.com', 'credentials have variables of their own'],
  ['SYNADIA_CREDS', '/home/me/user.creds', 'a path is not read'],
  ['SYNADIA_SYSTEM_CREDS', CREDS.slice(0, 40), 'is not the text of a .creds file'],
  ['SYNADIA_OPERATOR_SEED', SIGNED.SYNADIA_ACCOUNT_SEED, 'begins with SO'],
  [
    'SYNADIA_ACCOUNT_SEED',
    `${SIGNED.SYNADIA_ACCOUNT_SEED.slice(0, -1)}A1`,
    'a character is wrong or missing',
  ],
])('%s = %s', (name, value, words) => {
  const [said = '', ...more] = wordsOf({ ...ALL, [name]: value });
  expect(said).toContain(`${name} `);
  expect(said).toContain(words);
  expect(more).toEqual([]);
  if (value.length > 4) expect(said).not.toContain(value);
});

test('the target is the option, else DEPLOYMENT_TARGET, else Cloudflare', () => {
  expect(targetOf('both', { DEPLOYMENT_TARGET: 'synadia' })).toBe('both');
  expect(targetOf(undefined, { DEPLOYMENT_TARGET: 'synadia' })).toBe('synadia');
  expect(targetOf(undefined, { DEPLOYMENT_TARGET: '' })).toBe('cloudflare');
  expect(() => targetOf('Both', {})).toThrow('--target is "Both", which is no target');
  expect(() => targetOf(undefined, { DEPLOYMENT_TARGET: 'aws' })).toThrow('DEPLOYMENT_TARGET is "aws"');
  expect(platformsOf('both')).toEqual(['synadia', 'cloudflare']);
});
