import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '@nats-io/jwt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localAuth, parseAuth } from './local-auth.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-auth-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['token', { kind: 'token' }],
  ['operator', { kind: 'operator' }],
  ['ann:secret', { kind: 'user', user: 'ann', password: 'secret' }],
  ['token:a:b', { kind: 'user', user: 'token', password: 'a:b' }],
])('%s', (text, wish) => {
  expect(parseAuth(text)).toEqual(wish);
});

test.each(['', 'user', ':secret', 'ann:', 'Operator'])('"%s" is refused, with what there is', (text) => {
  expect(() => parseAuth(text)).toThrow('"token", "operator", or a user and a password');
});

test('a token is another one each time', async () => {
  const [first, second] = [
    await localAuth({ kind: 'token' }, folder),
    await localAuth({ kind: 'token' }, folder),
  ];
  expect(first.secrets.NATS_TOKEN).toBe(first.login.token);
  expect(first.login.token).not.toBe(second.login.token);
});

test('an operator is made once: what was signed before is still taken', async () => {
  const first = await localAuth({ kind: 'operator' }, folder);
  const creds = await readFile(first.login.creds ?? '', 'utf8');
  const second = await localAuth({ kind: 'operator' }, folder);
  expect(second).toEqual(first);
  expect(await readFile(second.login.creds ?? '', 'utf8')).toBe(creds);
  const { sub } = decode(first.secrets.NATS_OPERATOR_JWT ?? '');
  const accounts = JSON.parse(first.secrets.NATS_RESOLVER_PRELOAD ?? '') as Record<string, string>;
  expect(Object.keys(accounts)).toContain(first.secrets.NATS_SYSTEM_ACCOUNT);
  for (const jwt of Object.values(accounts)) expect(decode(jwt).iss).toBe(sub);
});

test('a damaged operator, or one that others can read, is not replaced in silence', async () => {
  await localAuth({ kind: 'operator' }, folder);
  const path = join(folder, 'operator.json');
  await chmod(path, 0o644);
  await expect(localAuth({ kind: 'operator' }, folder)).rejects.toThrow('open to other users');
  await chmod(path, 0o600);
  await writeFile(path, '{"operatorJwt":"x"}');
  await expect(localAuth({ kind: 'operator' }, folder)).rejects.toThrow('is damaged: remove it');
});
