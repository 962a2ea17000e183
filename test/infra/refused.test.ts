// What an apply is refused for before anything is changed, on OpenTofu itself.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { InfraFolder, PASSPHRASE } from '../support/infra-folder.ts';
import { S3_SECRET_KEY, type S3Bucket, startS3Bucket } from '../support/s3-bucket.ts';

let s3: S3Bucket;
let folder: InfraFolder;
beforeAll(async () => {
  s3 = await startS3Bucket();
  folder = await InfraFolder.create(s3, 'resource "terraform_data" "one" {}\n');
  expect(await folder.run(['init'])).toMatchObject({ code: 0 });
}, 120_000);
beforeEach(() => s3.reset());
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const apply = (more: Readonly<Record<string, string | undefined>> = {}) =>
  folder.run(['apply', '--yes'], more);

test.each<[string, () => void, RegExp]>([
  ['a store that ignores If-None-Match', () => (s3.faults.ignoresConditions = true), /ignores If-None-Match/],
  ['keys for all buckets', () => (s3.faults.reachesAll = true), /may list all buckets of the account/],
  ['keys that may not write', () => (s3.faults.denied = new Set(['PUT'])), /may not write to meridian-tofu/],
  [
    'keys that may not delete',
    () => (s3.faults.denied = new Set(['DELETE'])),
    /a lock that is taken would stay/,
  ],
])('%s', async (_what, breakIt, words) => {
  breakIt();
  const { code, err } = await apply();
  expect(code).toBe(1);
  expect(err).toMatch(/Nothing was applied/);
  expect(err).toMatch(words);
  expect((await s3.keys()).filter((key) => !key.startsWith('doctor/'))).toEqual([]);
});

test.each<[string, Readonly<Record<string, string | undefined>>, number, RegExp]>([
  ['no passphrase', { MERIDIAN_STATE_PASSPHRASE: undefined }, 5, /MERIDIAN_STATE_PASSPHRASE is not set/],
  ['a short passphrase', { MERIDIAN_STATE_PASSPHRASE: 'short' }, 5, /too short/],
  [
    'no keys',
    { R2_ACCESS_KEY_ID: '', R2_SECRET_ACCESS_KEY: '' },
    5,
    /R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY are not set/,
  ],
  ['wrong keys', { R2_SECRET_ACCESS_KEY: 'another-secret-of-this-test' }, 1, /does not know the keys/],
  ['a store that does not answer', { R2_ENDPOINT: 'http://127.0.0.1:9' }, 6, /does not answer/],
  ['keys that would go unencrypted', { R2_ENDPOINT: 'http://r2.example' }, 2, /R2_ENDPOINT is no address/],
])('%s', async (_what, env, code, words) => {
  const result = await apply(env);
  expect(result).toMatchObject({ code, err: expect.stringMatching(words) });
  expect(`${result.out}${result.err}`).not.toContain(S3_SECRET_KEY);
});

test('a state of another passphrase is not read, nor overwritten', async () => {
  expect(await apply()).toMatchObject({ code: 0 });
  const before = await s3.read('meridian.tfstate');
  const { code, err, out } = await apply({ MERIDIAN_STATE_PASSPHRASE: 'another passphrase of this test' });
  expect({ code, err }).toMatchObject({
    code: 5,
    err: expect.stringContaining('another MERIDIAN_STATE_PASSPHRASE'),
  });
  expect(`${out}${err}`).not.toContain(PASSPHRASE);
  expect(await s3.read('meridian.tfstate')).toBe(before);
});

test('what is not set up, not confirmed or not there is said', async () => {
  await using fresh = await InfraFolder.create(s3, '');
  expect(await fresh.run(['plan'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('npm run infra -- init'),
  });
  expect(await folder.run(['apply'])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  expect(await folder.run(['tofu', '--', 'destroy'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no destroy'),
  });
  expect(await folder.run(['restore', 'latest', '--yes'])).toMatchObject({ code: 2 });
});
