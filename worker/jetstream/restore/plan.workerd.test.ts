// What is said before a restore, and of backups that are not whole: with a real bucket and a real nats-server.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { connectTo, message, writeBackup } from '../../../test/support/workerd/backups.ts';
import { eventually } from '../../../test/support/workerd/eventually.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { beginEpoch } from '../manifest/epochs.ts';
import { logKey } from '../manifest/keys.ts';
import { ask, streamNames } from './api.ts';
import type { Job } from './jobs.ts';
import type { PlannedRestore } from './plan.ts';
import { type AskedRestore, Restorer } from './restorer.ts';

const { alone } = inject('jetStreamServers');
const bindings = env as unknown as { BACKUPS: R2Bucket; JETSTREAM_KEEPER: DurableObjectNamespace };
const bucket = new BackupBucket(bindings.BACKUPS);
const name = { cluster: 'c', account: '$G', stream: 'REC' };
const REC = { account: '$G', stream: 'REC' };
const SECOND_BEGUN = 1_700_000_100_000;

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectTo(alone);
});

afterEach(async () => {
  for (const stream of await streamNames(connection)) await ask(connection, `STREAM.DELETE.${stream}`);
  await connection.close();
  for (const { key } of (await bindings.BACKUPS.list()).objects) await bindings.BACKUPS.delete(key);
});

test('a copy of a stream that does not exist says that it takes its subjects, and in the way of what', async () => {
  await backUp();
  const { plan } = await planned({ ...REC, as: 'COPY' });
  expect(plan.subjects).toEqual(['rec.>']);
  expect(plan.remarks.join()).toContain('REC can then not be restored beside it');
  await restored({ ...REC, as: 'COPY' });
  const { plan: own } = await planned(REC);
  expect(own).toMatchObject({ takenBy: ['COPY'], subjects: ['rec.>'], targetExists: false });
});

test('when the last message was stored is said only where a segment ends with it', async () => {
  await backUp();
  const [all, some] = [(await planned(REC)).plan, (await planned({ ...REC, seq: 1 })).plan];
  expect(all.lastAt).toBeGreaterThan(0);
  expect(some).toMatchObject({ lastSeq: 1, firstAt: all.firstAt });
  expect(some).not.toHaveProperty('lastAt');
});

test('a copy beside its stream, and the stream itself, say nothing of the kind', async () => {
  await backUp();
  expect((await planned(REC)).plan).toMatchObject({ subjects: ['rec.>'], remarks: [], takenBy: [] });
  await restored(REC);
  expect((await planned({ ...REC, as: 'COPY' })).plan).toMatchObject({
    subjects: ['COPY'],
    remarks: [],
    takenBy: [],
  });
});

test('a restore whose subjects another stream takes is refused before anything is sent', async () => {
  await backUp();
  await ask(connection, 'STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['rec.*.*'] });
  const asked: string[] = [];
  const watch = connection.subscribe('$JS.API.STREAM.RESTORE.>', {
    callback: (_, { subject }) => void asked.push(subject),
  });
  const job = await restored(REC);
  expect(job).toMatchObject({ state: 'failed' });
  expect(job.problem).toContain('OTHER takes messages of its subjects (rec.>)');
  await connection.flush();
  watch.unsubscribe();
  expect(asked).toEqual([]);
  expect(await streamNames(connection)).toEqual(['OTHER']);
});

test('what is wrong with a backup is told as that, with its words', async () => {
  expect(await plan(REC)).toMatchObject({ ok: false, problem: 'none' });
  await backUp();
  const key = logKey(name, 'e1', 0);
  await bindings.BACKUPS.delete(key);
  expect(await plan(REC)).toMatchObject({
    ok: false,
    problem: 'incomplete',
    message: expect.stringContaining('2 messages are missing, the first is 1'),
  });
  await bindings.BACKUPS.put(key, 'torn');
  expect(await plan(REC)).toMatchObject({
    ok: false,
    problem: 'damaged',
    message: expect.stringContaining(key),
  });
});

test('an epoch that is taken since the newest is not all there is named, also by a verification', async () => {
  await backUp();
  await beginSecond();
  const { plan } = await planned(REC);
  expect(plan.messages).toBe(3);
  expect(plan.remarks.join()).toMatch(/from epoch e1, .*not the newest: epoch e2, .* lacks messages/);
  expect((await planned({ ...REC, at: SECOND_BEGUN - 1 })).plan.remarks.join()).toContain(
    'it is the one of that time',
  );
  const { result } = await done((restorer) => restorer.startVerify(REC));
  expect(result).toMatch(/^3 messages .* restored as they were; from epoch e1, .* not the newest/);
});

test('a backup of which nothing is there is not told as that of an empty stream', async () => {
  await backUp();
  for (const index of [0, 1]) await bindings.BACKUPS.delete(logKey(name, 'e1', index));
  expect((await planned(REC)).plan).toMatchObject({
    messages: 0,
    remarks: ['of 3 messages that the stream had when epoch e1 began nothing is there'],
  });
});

async function backUp(): Promise<void> {
  await writeBackup(bucket, name, {
    config: { name: 'REC', subjects: ['rec.>'], num_replicas: 1 },
    extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
    segments: [[message(1, 'rec.a', 'one'), message(2, 'rec.a', 'two')], [message(3, 'rec.b', 'three')]],
  });
}

/** An epoch of which no segment is there. */
async function beginSecond(): Promise<void> {
  const stored = await bucket.load(name);
  const manifest = beginEpoch(name, stored?.manifest, {
    ...{ id: 'e2', created: '2023-11-14T22:15:00Z', reason: 'recreated', now: SECOND_BEGUN },
    ...{ config: { name: 'REC', subjects: ['rec.>'] }, consumers: [] },
    extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
  });
  await bucket.save(manifest, stored?.etag);
}

async function planned(asked: AskedRestore) {
  const found = await plan(asked);
  if (!found.ok) throw new Error(found.message);
  return found;
}

function plan(asked: AskedRestore): Promise<PlannedRestore> {
  return withRestorer((restorer) => restorer.plan(asked));
}

function restored(asked: AskedRestore): Promise<Job> {
  return done((restorer) => restorer.startRestore(asked));
}

function done(start: (restorer: Restorer) => Job): Promise<Job> {
  return withRestorer(async (restorer) => {
    const { id } = start(restorer);
    await eventually('the end of the job', async () => restorer.job(id)?.state !== 'running');
    return restorer.job(id) as Job;
  });
}

function withRestorer<T>(use: (restorer: Restorer) => Promise<T>): Promise<T> {
  const keeper = bindings.JETSTREAM_KEEPER.getByName('planner');
  return runInDurableObject(keeper, (_, { storage }) => {
    const restorer = new Restorer(
      {
        hasBucket: () => true,
        bucket: () => bucket,
        cluster: () => 'c',
        connect: () => connectTo(alone),
        servers: () => 1,
        holders: async () => 1,
        withScratch: async (use) => use(await connectTo(alone)),
        verifyHours: () => 0,
        background: () => {},
      },
      storage.sql,
    );
    return use(restorer);
  });
}
