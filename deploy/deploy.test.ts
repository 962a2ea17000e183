// The command itself: what it says of targets and secrets, and what becomes of a token that Cloudflare does not take. A server
// of this machine stands for Cloudflare's API.

import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../local/listen.ts';
import { runDeploy } from '../test/support/deploy-command.ts';

const TOKEN = 'a-token-of-forty-characters-0123456789_A';
const ACCOUNT = '0123456789abcdef0123456789abcdef';
const SECRETS = { CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: ACCOUNT };

/** wrangler bundles the Worker. */
const BUNDLE_TIMEOUT_MS = 120_000;

test('a dry run of both needs no secret, and says what it could not compare', {
  timeout: BUNDLE_TIMEOUT_MS,
}, async () => {
  const { code, out, err } = await runDeploy(['--target', 'both', '--dry-run', '--json']);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  const { deployed, notes } = JSON.parse(out);
  expect(deployed).toMatchObject([
    { platform: 'synadia', dryRun: true, account: { account: 'MERIDIAN', what: 'unknown' } },
    { platform: 'cloudflare', dryRun: true },
  ]);
  expect(notes.map(({ name }: { readonly name: string }) => name)).toEqual(['SYNADIA_URL', 'SYNADIA_CREDS']);
  expect(err).toContain('--dry-run: exiting now');
  expect(err).toContain('nats-weur');
});

test.each([
  ['an unknown target', ['--target', 'aws'], {}, 2, '--target is "aws", which is no target'],
  [
    'no secrets, in CI',
    ['--target', 'both'],
    { CI: 'true' },
    5,
    'cloudflare: CLOUDFLARE_API_TOKEN is missing',
  ],
  ['no secrets', ['--target', 'synadia'], {}, 5, 'synadia: SYNADIA_URL is missing'],
  [
    'no secrets, and they are required',
    ['--dry-run', '--require-secrets', '--target', 'cloudflare'],
    {},
    5,
    'CLOUDFLARE_ACCOUNT_ID is missing',
  ],
  [
    'a target half configured, in a dry run too',
    ['--dry-run', '--target', 'both'],
    { SYNADIA_URL: 'tls://connect.ngs.global' },
    5,
    'synadia: SYNADIA_CREDS is missing',
  ],
  [
    'a wrong secret',
    ['--target', 'cloudflare'],
    { ...SECRETS, CLOUDFLARE_ACCOUNT_ID: 'me' },
    5,
    'CLOUDFLARE_ACCOUNT_ID is no account',
  ],
  [
    'files that are not there',
    ['--dry-run', '--target', 'synadia', '--files', '/nowhere'],
    {},
    1,
    'account.json',
  ],
] as const)('%s', async (_what, args, env, code, words) => {
  const result = await runDeploy([...args, '--json'], env);
  expect(result).toMatchObject({ code, err: expect.stringContaining(words) });
  expect(result.err).not.toMatch(/\n +at /);
  expect(JSON.parse(result.out)).toMatchObject({ error: { message: expect.stringContaining(words) } });
});

test.each([
  [403, 5, 'Is CLOUDFLARE_API_TOKEN of that account, still valid'],
  [404, 1, 'it knows no such account: see CLOUDFLARE_ACCOUNT_ID'],
  [500, 1, 'its API answered 500'],
] as const)(
  'Cloudflare answers %s: nothing is built, and the token is not repeated',
  async (status, code, words) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(status).end('{"success":false}');
    });
    const port = await listenOnLoopback(server);
    const env = { ...SECRETS, CLOUDFLARE_API_BASE_URL: `http://${LOOPBACK}:${port}` };
    const { err, out, ...result } = await runDeploy(['--target', 'cloudflare'], env);
    await closeServer(server);
    expect({ ...result, err }).toEqual({ code, err: expect.stringContaining(words) });
    expect(asked).toEqual([`GET /accounts/${ACCOUNT}/workers/scripts Bearer ${TOKEN}`]);
    expect(out + err).not.toContain(TOKEN);
  },
);

test("Cloudflare's API does not answer", async () => {
  const env = { ...SECRETS, CLOUDFLARE_API_BASE_URL: `http://${LOOPBACK}:1` };
  const result = await runDeploy(['--target', 'cloudflare'], env);
  expect(result).toMatchObject({ code: 6, err: expect.stringContaining('Nothing was deployed') });
});
