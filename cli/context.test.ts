import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runRegions } from '../test/support/regions-command.ts';

const EDGE = 'https://nats.example.com';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-context-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const context = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runRegions(['context', ...args, '--url', EDGE], {
    cwd: folder,
    temporaryFolder: folder,
    env: { XDG_CONFIG_HOME: folder, ...env },
  });
const written = async (name: string) =>
  JSON.parse(await readFile(join(folder, 'nats', 'context', `${name}.json`), 'utf8')) as object;

test('it has the address and the credentials of the environment, and no token of an admin', async () => {
  const env = { NATS_TOKEN: 's3cret', MERIDIAN_TOKEN: 'an-admin-token-of-this-test' };
  const { code, out } = await context(['--region', 'oc'], env);
  expect(code).toBe(0);
  expect(out).toContain("nats --context meridian sub '>'");
  expect(await written('meridian')).toMatchObject({
    url: 'wss://nats.example.com/?region=oc',
    token: 's3cret',
  });
  expect(JSON.stringify(await written('meridian'))).not.toContain('an-admin-token');
});

test('a credentials file is named so that it is found from any folder', async () => {
  await writeFile(join(folder, 'me.creds'), 'x');
  expect((await context(['edge', '--creds', 'me.creds'])).code).toBe(0);
  expect(await written('edge')).toMatchObject({
    url: 'wss://nats.example.com',
    creds: expect.stringMatching(/^\/.*\/me\.creds$/),
  });
});

test.each([
  [['--creds', 'none.creds'], 'none.creds cannot be read'],
  [['../x'], 'is no name for a context'],
  [['--system', '--creds', 'x'], 'cannot be used with'],
])('%j is wrong usage', async (args, words) => {
  const { code, err } = await context(args);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(words) });
});

test('one that somebody else has written is left alone, unless it is forced', async () => {
  const path = join(folder, 'nats', 'context', 'meridian.json');
  await mkdir(join(folder, 'nats', 'context'), { recursive: true });
  await writeFile(path, '{"description":"mine"}');
  const refused = await context([]);
  expect(refused.code).toBe(1);
  expect(refused.err.replaceAll(/\s+/g, ' ')).toContain('--force to replace it');
  expect(await readFile(path, 'utf8')).toContain('mine');
  expect((await context(['--force'])).code).toBe(0);
});

test('without a stack here there is no system account to sign in to', async () => {
  const { code, err } = await context(['--system']);
  expect(code).toBe(1);
  expect(err).toContain('--auth operator');
});
