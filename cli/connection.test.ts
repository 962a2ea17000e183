import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_URL, resolveConnection } from './connection.ts';

let tokenFolder = '';

beforeAll(async () => {
  tokenFolder = await mkdtemp(join(tmpdir(), 'meridian-connection-'));
  await writeFile(join(tokenFolder, 'meridian-token-8787'), 'local\n', { mode: 0o600 });
  await writeFile(join(tokenFolder, 'meridian-token-443'), 'local\n', { mode: 0o600 });
});
afterAll(() => rm(tokenFolder, { recursive: true }));

function resolve(options: { url?: string; token?: string }, env: Record<string, string> = {}) {
  return resolveConnection(options, { env, tokenFolder });
}

test('without anything it is the local stack, with the token that it left', async () => {
  expect(await resolve({})).toEqual({ url: new URL(DEFAULT_URL), isExplicit: false, token: 'local' });
});

test('options come before the environment, and the environment before the file', async () => {
  const env = { MERIDIAN_URL: 'http://localhost:8787', MERIDIAN_TOKEN: 'env' };
  expect(await resolve({}, env)).toMatchObject({ isExplicit: true, token: 'env' });
  expect(await resolve({ token: 'option' }, env)).toMatchObject({ token: 'option' });
  expect(await resolve({}, { MERIDIAN_URL: '', MERIDIAN_TOKEN: '' })).toMatchObject({ token: 'local' });
});

test('the local token goes to this machine only', async () => {
  expect(await resolve({ url: 'https://meridian.example.com' })).toMatchObject({ token: undefined });
  expect(await resolve({ url: 'http://127.0.0.1:8788' })).toMatchObject({ token: undefined });
});

test('a token file that others can read is not taken, and it is said why', async () => {
  const path = join(tokenFolder, 'meridian-token-9000');
  await writeFile(path, 'local');
  await chmod(path, 0o644);
  const { token, note } = await resolve({ url: 'http://127.0.0.1:9000' });
  expect(token).toBeUndefined();
  expect(note).toContain(path);
});

test.each([
  'meridian.example.com',
  'ftp://meridian.example.com',
  'https://user:hush@meridian.example.com',
  'https://meridian.example.com/?token=hush',
  'https://meridian.example.com/#hush',
])('%s is not taken as a URL', async (url) => {
  const failure = await resolve({ url }).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'CommandError', exitCode: 2 });
  expect((failure as Error).message).not.toContain('hush');
});

test('a token is not sent unencrypted to another machine', async () => {
  await expect(resolve({ url: 'http://meridian.example.com', token: 'hush' })).rejects.toThrow(
    'not encrypted',
  );
  expect(await resolve({ url: 'https://meridian.example.com', token: 'hush' })).toMatchObject({
    token: 'hush',
  });
});
