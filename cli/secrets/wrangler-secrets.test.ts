// The wrangler that is pinned, itself, against what stands for Cloudflare's API.

import { afterEach, expect, test, vi } from 'vitest';
import type { FakeAccount } from '../../test/support/fake-account.ts';
import { startFakeCloudflare } from '../../test/support/fake-cloudflare.ts';
import type { CommandError } from '../exit.ts';
import { changeByWrangler } from './wrangler-secrets.ts';

const WRANGLER_TIMEOUT_MS = 60_000;

const OF = { worker: 'meridian', environment: undefined };

afterEach(() => vi.unstubAllEnvs());

async function accountOf(of: Partial<FakeAccount>) {
  const cloudflare = await startFakeCloudflare({ versions: ['v1'], secrets: { NATS_TOKEN: 'a' }, ...of });
  for (const [name, value] of Object.entries(cloudflare.env)) vi.stubEnv(name, value);
  vi.stubEnv('WRANGLER_SEND_METRICS', 'false');
  return cloudflare;
}

test('all that is to change changes in one call, whatever is in a value', {
  timeout: WRANGLER_TIMEOUT_MS,
}, async () => {
  await using cloudflare = await accountOf({});
  // An environment that nobody asked for, with a Worker of its own.
  vi.stubEnv('CLOUDFLARE_ENV', 'staging');
  // Two that end a line for Node's readline, through which wrangler reads, and none in JSON.
  const values = { NATS_USER_NEXT: 'ann "a" #=\\', NATS_PASSWORD_NEXT: 'pass\u2028word\u2029\nnext' };
  await changeByWrangler(OF, { ...values, NATS_TOKEN: null }, ['NATS_TOKEN']);
  expect(cloudflare.account.secrets).toEqual(values);
  expect(cloudflare.changes).toEqual(['PATCH /workers/scripts/meridian/secrets-bulk']);
});

test.each<[string, Partial<FakeAccount>, string, boolean, RegExp]>([
  [
    'the Worker is not in this account, where wrangler would make an empty one',
    { versions: [] },
    'other_account',
    true,
    /there is no Worker meridian in the account that wrangler is signed in to/,
  ],
  [
    'a Worker of that name has other secrets',
    { secrets: { OTHER: 'b' } },
    'other_account',
    true,
    /meridian, in the account that wrangler is signed in to, has no secret NATS_TOKEN, and the edge has/,
  ],
  [
    'another version is newer than the one that runs',
    { isNewestNotDeployed: true },
    'not_deployed',
    true,
    /the newest version of the Worker is not the one that runs/,
  ],
  [
    'the list fails',
    { failing: 'GET /workers/scripts/meridian/secrets' },
    'wrangler_failed',
    true,
    /^Nothing was changed: wrangler does not say which secrets meridian has \(exit code 1\): as told/,
  ],
  [
    'the change fails',
    { failing: 'PATCH' },
    'wrangler_failed',
    false,
    /^wrangler did not change the secrets \(exit code 1\): as told/,
  ],
])('%s', { timeout: WRANGLER_TIMEOUT_MS }, async (_what, of, code, untouched, words) => {
  await using cloudflare = await accountOf(of);
  const before = { ...cloudflare.account.secrets };
  const error = await changeByWrangler(OF, { NATS_USER_NEXT: 'ann' }, ['NATS_TOKEN']).then(
    () => expect.unreachable(),
    (refused: CommandError) => refused,
  );
  expect(error).toMatchObject({ message: expect.stringMatching(words), details: { code, untouched } });
  expect(cloudflare.changes).toEqual([]);
  expect(cloudflare.account.secrets).toEqual(before);
});
