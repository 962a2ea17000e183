// Removing a backup by hand, as the API answers, with R2 (miniflare's). The Keeper is a stand-in: what it decides is tested
// beside it.

import { env as bindings } from 'cloudflare:workers';
import * as v from 'valibot';
import { beforeEach, expect, test } from 'vitest';
import { RemovalPlanSchema, RemovedSchema } from '../../api/backups.ts';
import '../../test/support/workerd/config-bindings.ts';
import { message, writeBackup } from '../../test/support/workerd/backups.ts';
import { activeConfig } from '../config/active-config.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { manifestKey } from '../jetstream/manifest/keys.ts';
import { planRemoval, removeBackup } from './backups-remove.ts';
import type { StreamRequest } from './from-bucket.ts';

const { BACKUPS } = bindings as unknown as { BACKUPS: R2Bucket };
const { cluster } = activeConfig({}).config;
const ORDERS = { cluster, account: '$G', stream: 'ORDERS' };
const notes: (string | undefined)[] = [];
const CALLER = { note: ({ detail }: { readonly detail?: string }) => void notes.push(detail) };

beforeEach(async () => {
  notes.splice(0);
  for (const { key } of (await BACKUPS.list()).objects) await BACKUPS.delete(key);
  await writeBackup(new BackupBucket(BACKUPS), ORDERS, {
    config: { name: 'ORDERS' },
    extent: { firstSeq: 1, lastSeq: 2, deleted: [] },
    segments: [[message(1, 'o.x', '1'), message(2, 'o.x', '2')]],
  });
});

test('the dry run shows what there is, and whether it would stay; nothing is changed', async () => {
  for (const refused of [null, 'the stream exists']) {
    const edge = edgeOf({ whyNotRemove: async () => refused ?? undefined });
    const plan = v.parse(RemovalPlanSchema, (await jsonOf(planRemoval(request(), edge))).body);
    expect(plan).toMatchObject({ backup: { stream: 'ORDERS', messages: 2, lastSeq: 2 }, refused });
  }
  expect((await BACKUPS.list()).objects).toHaveLength(2);
});

test('also of one that can not be read', async () => {
  await BACKUPS.put(manifestKey(ORDERS), '{');
  const edge = edgeOf({ whyNotRemove: async () => undefined });
  const plan = v.parse(RemovalPlanSchema, (await jsonOf(planRemoval(request(), edge))).body);
  expect(plan).toMatchObject({ backup: { messages: null }, refused: null });
  expect(plan.backup.problems.join()).toContain('manifest');
  await BACKUPS.delete(manifestKey(ORDERS));
  const without = v.parse(RemovalPlanSchema, (await jsonOf(planRemoval(request(), edge))).body);
  expect(without.backup.problems).toEqual(['there are objects of it, but no manifest']);
});

test('the Keeper removes it, and the audit log says whose it was and how much', async () => {
  const asked: unknown[] = [];
  const edge = edgeOf({
    removeBackup: async (name: unknown) => {
      asked.push(name);
      return { ok: true, objects: 2, bytes: 99 };
    },
  });
  const { status, body } = await jsonOf(removeBackup(request(), edge, CALLER));
  expect(status).toBe(200);
  expect(v.parse(RemovedSchema, body)).toEqual({ account: '$G', stream: 'ORDERS', objects: 2, size: 99 });
  expect(asked).toEqual([{ account: '$G', stream: 'ORDERS' }]);
  expect(notes.at(-1)).toBe('delete the backup of ORDERS of $G: 2 objects');
});

test.each([
  ['kept', 409, 'backup_in_use'],
  ['none', 404, 'no_such_backup'],
  ['unavailable', 503, 'bucket_unavailable'],
])('where it says %s the answer is %i %s, in words', async (problem, status, code) => {
  const edge = edgeOf({ removeBackup: async () => ({ ok: false, problem, message: 'the stream exists' }) });
  const answer = await jsonOf(removeBackup(request(), edge, CALLER));
  expect(answer).toMatchObject({ status, body: { error: { code } } });
  if (problem === 'kept') {
    expect(answer.body).toMatchObject({
      error: { message: expect.stringContaining('stays: the stream exists') },
    });
  }
  expect(notes.at(-1)).toBe('delete the backup of ORDERS of $G');
});

test('of what is not there the Keeper is not asked, and a Keeper that fails is 503', async () => {
  const edge = edgeOf({ removeBackup: () => Promise.reject(new Error('overloaded')) });
  for (const answering of [
    removeBackup(request({ stream: 'NONE' }), edge, CALLER),
    planRemoval(request({ stream: 'NONE' }), edge),
  ]) {
    expect(await jsonOf(answering)).toMatchObject({
      status: 404,
      body: { error: { code: 'no_such_backup' } },
    });
  }
  expect(notes).toEqual([]);
  expect(await jsonOf(removeBackup(request(), edge, CALLER))).toMatchObject({
    status: 503,
    body: { error: { code: 'keeper_unavailable' } },
  });
  const bad = removeBackup(request({ stream: 'a%2Fb' }), edge, CALLER);
  expect(await jsonOf(bad)).toMatchObject({ status: 400 });
});

function request(params: StreamRequest['params'] = {}): StreamRequest {
  const asked = new Request('https://meridian.example/api/backups/%24G/ORDERS', { method: 'DELETE' });
  return Object.assign(asked, { params: { account: '%24G', stream: 'ORDERS', ...params } });
}

function edgeOf(methods: object): EdgeContext {
  const none = async () => [];
  const keeper = { verifications: none, streams: none, deleted: none, ...methods };
  const env = { BACKUPS, JETSTREAM_KEEPER: { getByName: () => keeper } } as unknown as Env;
  const active = activeConfig(env);
  const regions = active.config.regions.map((region) => ({ ...region, jetstream: false }));
  return { ...active, config: { ...active.config, regions }, env, audit: () => {}, background: () => {} };
}

async function jsonOf(answering: Promise<Response>) {
  const response = await answering;
  return { status: response.status, body: await response.json<unknown>() };
}
