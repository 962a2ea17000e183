import { expect, test } from 'vitest';
import type { FoundStacks } from '../local/running-stacks.ts';
import { DEFAULT_URL, resolveConnection } from './connection.ts';

const ONE = { url: 'http://127.0.0.1:9001', token: 'local' };
const TWO = { url: 'http://127.0.0.1:443', token: 'other' };

function resolve(
  options: { url?: string; token?: string },
  env: Record<string, string> = {},
  found: Partial<FoundStacks> = { stacks: [ONE] },
) {
  return resolveConnection(options, { env, find: async () => ({ stacks: [], notes: [], ...found }) });
}

test('without anything it is the stack that runs, whatever its port, with the token that it left', async () => {
  expect(await resolve({})).toEqual({ url: new URL(ONE.url), isExplicit: true, token: 'local' });
});

test('where none runs it is where a local edge usually is, and what was passed over is said', async () => {
  const url = new URL(DEFAULT_URL);
  expect(await resolve({}, {}, {})).toEqual({ url, isExplicit: false, token: undefined });
  expect(await resolve({}, {}, { notes: ['/tmp/x: not read.'] })).toMatchObject({
    note: '/tmp/x: not read.',
  });
});

test('where several run it says which, and a URL chooses one', async () => {
  const failure = await resolve({}, {}, { stacks: [TWO, ONE] }).catch((error: Error) => error);
  expect(failure).toMatchObject({ name: 'CommandError', exitCode: 2 });
  for (const { url } of [ONE, TWO]) expect((failure as Error).message).toContain(`\n  --url ${url}`);
  expect(await resolve({ url: ONE.url }, {}, { stacks: [TWO, ONE] })).toMatchObject({ token: 'local' });
});

test('options come before the environment, and the environment before what a stack left', async () => {
  const env = { MERIDIAN_URL: 'http://localhost:9001', MERIDIAN_TOKEN: 'env' };
  expect(await resolve({}, env)).toMatchObject({ isExplicit: true, token: 'env' });
  expect(await resolve({ token: 'option' }, env)).toMatchObject({ token: 'option' });
  expect(await resolve({}, { MERIDIAN_URL: '', MERIDIAN_TOKEN: '' })).toMatchObject({ token: 'local' });
  expect(await resolve({}, { MERIDIAN_TOKEN: 'env' })).toMatchObject({ url: new URL(ONE.url), token: 'env' });
});

test('the local token goes to this machine only, and to the port of its stack', async () => {
  const found = { stacks: [ONE, TWO] };
  expect(await resolve({ url: 'https://meridian.example.com' }, {}, found)).toMatchObject({
    token: undefined,
  });
  expect(await resolve({ url: 'http://127.0.0.1:8788' }, {}, found)).toMatchObject({ token: undefined });
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

test('a token goes to no address that nobody named: anyone may listen where a local edge usually is', async () => {
  for (const given of [resolve({ token: 'hush' }, {}, {}), resolve({}, { MERIDIAN_TOKEN: 'hush' }, {})]) {
    const failure = await given.catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'CommandError', exitCode: 2 });
    expect((failure as Error).message).toContain('--url');
    expect((failure as Error).message).not.toContain('hush');
  }
  expect(await resolve({ url: DEFAULT_URL, token: 'hush' }, {}, {})).toMatchObject({ token: 'hush' });
});

test('a token is not sent unencrypted to another machine', async () => {
  await expect(resolve({ url: 'http://meridian.example.com', token: 'hush' })).rejects.toThrow(
    'not encrypted',
  );
  expect(await resolve({ url: 'https://meridian.example.com', token: 'hush' })).toMatchObject({
    token: 'hush',
  });
});
