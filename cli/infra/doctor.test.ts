// The proof of the lock, and what keys and token may do: on a real bucket with faults put in front of it, and on an API of
// Cloudflare's that answers as a test says.

import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import {
  S3_ACCESS_KEY,
  S3_BUCKET,
  S3_SECRET_KEY,
  type S3Bucket,
  startS3Bucket,
} from '../../test/support/s3-bucket.ts';
import { CloudflareApi } from '../cloudflare/api.ts';
import { lockRuleFindings } from './bucket-locks.ts';
import { domainFindings } from './domains.ts';
import type { InfraFinding } from './finding.ts';
import { bucketFindings, checkFindings, stateFindings } from './inspect-state.ts';
import { setAside } from './set-aside.ts';
import { StateBucket } from './state-bucket.ts';
import { tokenFindings } from './token-privilege.ts';

let s3: S3Bucket;
beforeAll(async () => {
  s3 = await startS3Bucket();
}, 60_000);
beforeEach(() => s3.reset());
afterAll(() => s3[Symbol.asyncDispose]());

const bucketOf = (more: { accessKeyId?: string; secretAccessKey?: string } = {}) =>
  new StateBucket({
    bucket: S3_BUCKET,
    endpoint: s3.endpoint,
    accessKeyId: S3_ACCESS_KEY,
    secretAccessKey: S3_SECRET_KEY,
    ...more,
  });
const wrongIn = (findings: readonly InfraFinding[]) =>
  findings.filter(({ state }) => state === 'fix').map(({ code }) => code);

test('a bucket that heeds If-None-Match, with keys for it alone, is in order, and nothing is left in it', async () => {
  const findings = await bucketFindings(bucketOf());
  expect(findings.map(({ state, code }) => `${state} ${code}`)).toEqual([
    'ok lock',
    'ok lock_race',
    'ok key',
    'ok key_narrow',
  ]);
  expect(await s3.keys()).toEqual([]);
});

test('a store that ignores If-None-Match is refused, in words', async () => {
  s3.faults.ignoresConditions = true;
  const findings = await bucketFindings(bucketOf());
  expect(wrongIn(findings)).toEqual(['lock_ignored']);
  expect(() => checkFindings(findings, 'Nothing was applied')).toThrow(
    /Nothing was applied[\s\S]*the second of two writers wrote over the first/,
  );
  expect(await s3.keys()).toEqual([]);
});

test.each([['PUT'], ['GET'], ['DELETE']])('keys that may not %s are too little', async (method) => {
  s3.faults.denied = new Set([method]);
  expect(wrongIn(await bucketFindings(bucketOf()))).toEqual(['key_too_little']);
});

test('keys for all buckets are too much', async () => {
  s3.faults.reachesAll = true;
  const findings = await bucketFindings(bucketOf());
  expect(wrongIn(findings)).toEqual(['key_too_much', 'key_too_much']);
  expect(() => checkFindings(findings, 'Nothing was applied')).toThrow(/may list all buckets/);
});

test('keys that are wrong are refused, and not repeated', async () => {
  const findings = await bucketFindings(bucketOf({ secretAccessKey: 'another-secret-of-this-test' }));
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ state: 'fix', fix: expect.stringContaining('have not expired') });
  expect(JSON.stringify(findings)).not.toContain('another-secret');
});

test('a lock that was left behind is shown with its owner, a broken state is not taken for one', async () => {
  await s3.write(
    'meridian.tfstate.tflock',
    JSON.stringify({ ID: 'left', Who: 'ann@desk', Created: '2026-11-01T10:00:00Z' }),
  );
  await s3.write('meridian.tfstate', 'half of a st');
  const findings = await stateFindings(bucketOf(), Date.parse('2026-11-01T11:00:00Z'));
  expect(wrongIn(findings)).toEqual(['state_broken']);
  expect(findings.find(({ code }) => code === 'locked')?.text).toContain(
    'ann@desk holds the state since 2026-11-01T10:00:00.000Z (60 min)',
  );
});

test('what is no state is set aside once, and a state never is', async () => {
  await s3.write('meridian.tfstate', 'half of a st');
  const key = await setAside(bucketOf());
  expect(await s3.keys()).toEqual([key]);
  expect(await s3.read(key ?? '')).toBe('half of a st');
  expect(await setAside(bucketOf())).toBeUndefined();
  const state = '{"serial":3,"lineage":"a","encrypted_data":"x"}';
  for (const text of ['', state]) {
    await s3.write('meridian.tfstate', text);
    expect(await setAside(bucketOf())).toBeUndefined();
    expect(await s3.read('meridian.tfstate')).toBe(text);
  }
});

test('what cannot be kept is not taken away', async () => {
  await s3.write('meridian.tfstate', 'half of a st');
  s3.faults.denied = new Set(['PUT']);
  await expect(setAside(bucketOf())).rejects.toThrow(/refuses the keys/);
  expect(await s3.keys()).toEqual(['meridian.tfstate']);
});

test('a lock that is none of OpenTofu names the command that takes it away', async () => {
  await s3.write('meridian.tfstate.tflock', 'mine');
  const findings = await stateFindings(bucketOf(), 0);
  expect(findings.find(({ code }) => code === 'lock_broken')?.fix).toContain(
    `r2 object delete ${S3_BUCKET}/meridian.tfstate.tflock --remote`,
  );
});

/** Cloudflare's API: what is asked without its query, and the answer's result. A path that is not there is refused. */
async function apiOf(results: Readonly<Record<string, unknown>>) {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const isThere = path in results;
    response.writeHead(isThere ? 200 : 403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ success: isThere, result: isThere ? results[path] : null }));
  });
  const url = `http://${LOOPBACK}:${await listenOnLoopback(server)}`;
  const env = { CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: 'acc', CLOUDFLARE_API_BASE_URL: url };
  return {
    env,
    api: new CloudflareApi({ base: url, account: 'acc', token: 'token' }),
    [Symbol.asyncDispose]: () => closeServer(server),
  };
}

const NOW = Date.parse('2026-11-01T00:00:00Z');
const GOOD = {
  '/accounts/acc/tokens/verify': { status: 'active', expires_on: '2027-02-01T00:00:00Z' },
  '/accounts': [{ id: 'acc' }],
  '/accounts/acc/r2/buckets': { buckets: [] },
};

test.each([
  ['for one account, with an end', {}, []],
  [
    'of a person',
    { '/accounts/acc/tokens/verify': undefined, '/user/tokens/verify': { status: 'active' } },
    [],
  ],
  ['that is unknown', { '/accounts/acc/tokens/verify': undefined }, ['token_wrong']],
  ['that is disabled', { '/accounts/acc/tokens/verify': { status: 'disabled' } }, ['token_wrong']],
  ['for two accounts', { '/accounts': [{ id: 'acc' }, { id: 'other' }] }, ['token_too_much']],
  ['that may see no buckets', { '/accounts/acc/r2/buckets': undefined }, ['token_too_little']],
])('a token %s', async (_what, change, wrong) => {
  const results = Object.entries({ ...GOOD, ...change }).filter(([, result]) => result !== undefined);
  await using api = await apiOf(Object.fromEntries(results));
  expect(wrongIn(await tokenFindings(api.env, NOW))).toEqual(wrong);
});

test('a token that ends soon, or never, is said', async () => {
  for (const [end, code] of [
    ['2026-11-08T00:00:00Z', 'token_ends'],
    [undefined, 'token_endless'],
  ]) {
    await using api = await apiOf({
      ...GOOD,
      '/accounts/acc/tokens/verify': { status: 'active', expires_on: end },
    });
    expect((await tokenFindings(api.env, NOW)).map((each) => each.code)).toContain(code);
  }
});

const DNS = {
  '/accounts/acc/workers/domains': [
    { hostname: 'nats.example.com', service: 'meridian' },
    { hostname: 'weur.nats.example.com', service: 'shop' },
  ],
  '/zones': [{ id: 'z1', name: 'example.com' }],
  '/zones/z1/dns_records': [],
};

test('a name is taken by another Worker, by a record, or free', async () => {
  await using api = await apiOf(DNS);
  const of = (...names: string[]) => domainFindings(api.api, names, 'meridian');
  expect(await of('nats.example.com', 'oc.nats.example.com')).toMatchObject([
    { state: 'ok', code: 'domains' },
  ]);
  expect(await of('weur.nats.example.com')).toMatchObject([
    { state: 'fix', text: expect.stringContaining('the Worker shop') },
  ]);
  expect(await of('nats.example.org')).toMatchObject([{ state: 'fix', code: 'no_zone' }]);
  await using taken = await apiOf({
    ...DNS,
    '/zones/z1/dns_records': [{ type: 'TXT' }, { type: 'CNAME', content: 'shop.example' }],
  });
  expect(await domainFindings(taken.api, ['oc.nats.example.com'], 'meridian')).toMatchObject([
    { state: 'fix', code: 'domain_taken', text: expect.stringContaining('CNAME shop.example') },
  ]);
});

const RULES_OF = '/accounts/acc/r2/buckets/tofu/lock';
const rule = (prefix: string, more: object = {}) => ({
  ...{ id: 'history', enabled: true, prefix, condition: { type: 'Age', maxAgeSeconds: 30 * 86_400 } },
  ...more,
});

test.each([
  ['as infra/ makes it', [rule('history/')], ['ok history_locked']],
  ['for all copies of all kinds', [rule('hist')], ['ok history_locked']],
  ['none', [], ['fix history_unlocked']],
  ['turned off', [rule('history/', { enabled: false })], ['fix history_unlocked']],
  [
    'until a day that is over',
    [rule('history/', { condition: { type: 'Date', date: '2026-10-31T00:00:00Z' } })],
    ['fix history_unlocked'],
  ],
  [
    'until a day to come',
    [rule('history/', { condition: { type: 'Date', date: '2026-11-02T00:00:00Z' } })],
    ['ok history_locked'],
  ],
  ['for a part of the copies', [rule('history/1')], ['fix history_unlocked']],
  ['of something else', [rule('backups/')], ['fix history_unlocked']],
  ['for everything', [rule('')], ['ok history_locked', 'fix lock_rule_wide']],
  [
    'for the state',
    [rule('history/'), rule('meridian.tfstate')],
    ['ok history_locked', 'fix lock_rule_wide'],
  ],
])('a lock rule of the bucket: %s', async (_what, rules, found) => {
  await using api = await apiOf({ [RULES_OF]: { rules } });
  const findings = await lockRuleFindings(api.api, 'tofu', NOW);
  expect(findings.map(({ state, code }) => `${state} ${code}`)).toEqual(found);
});

test('lock rules that may not be read, or are not as known, are said to be unknown', async () => {
  await using refused = await apiOf({});
  await using strange = await apiOf({ [RULES_OF]: { rules: [{ id: 'a' }] } });
  for (const api of [undefined, refused.api, strange.api])
    expect(await lockRuleFindings(api, 'tofu', NOW)).toMatchObject([
      { state: 'note', code: 'history_unknown' },
    ]);
  expect((await lockRuleFindings(refused.api, 'tofu', NOW))[0]?.text).toContain('may not read them (403)');
});

test('without domains, or without a token, it says so', async () => {
  expect(await domainFindings(undefined, [], 'meridian')).toMatchObject([{ code: 'no_domains' }]);
  expect(await domainFindings(undefined, ['nats.example.com'], 'meridian')).toMatchObject([
    { code: 'domains_unknown' },
  ]);
});
