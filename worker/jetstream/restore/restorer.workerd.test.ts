// Restores after a loss, from a real bucket into a real nats-server.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { connectTo, message, writeBackup } from '../../../test/support/workerd/backups.ts';
import { eventually } from '../../../test/support/workerd/eventually.ts';
import type { KnownStream, Restored } from '../admission/record.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { ask, streamInfo, streamNames } from './api.ts';
import { readSingly } from './read-messages.ts';
import { Restorer } from './restorer.ts';

const { alone } = inject('jetStreamServers');
const bindings = env as unknown as { BACKUPS: R2Bucket; JETSTREAM_KEEPER: DurableObjectNamespace };
const bucket = new BackupBucket(bindings.BACKUPS);
const STREAMS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6'];

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectTo(alone);
});

afterEach(async () => {
  for (const stream of await streamNames(connection)) await ask(connection, `STREAM.DELETE.${stream}`);
  await connection.close();
  for (const { key } of (await bindings.BACKUPS.list()).objects) await bindings.BACKUPS.delete(key);
});

test('every stream that was lost comes back, and what the backup lacked of it is told', async () => {
  for (const stream of STREAMS) await backUp(stream);
  const lost = STREAMS.map((stream) => known(stream, stream === 'S4' ? 9 : 3));
  const { streams, problems } = await restoreAll(lost);
  expect(streams).toBe(STREAMS.length);
  expect(problems).toEqual([
    'stream S4 of account $G is back up to message 3, and had 9 when it was last seen: at least 6 messages are lost',
  ]);
  expect(await streamNames(connection)).toEqual(STREAMS);
  for (const stream of STREAMS) {
    expect((await streamInfo(connection, stream))?.state).toMatchObject({ messages: 3, last_seq: 3 });
  }
});

test('a stream that is there is left alone, and one that nobody had stays in its backup', async () => {
  for (const stream of ['S1', 'S2']) await backUp(stream);
  await ask(connection, 'STREAM.CREATE.S1', { name: 'S1', subjects: ['S1.*'] });
  expect(await restoreAll([known('S1', 3)])).toMatchObject({ streams: 0, problems: [] });
  expect((await streamInfo(connection, 'S1'))?.state).toMatchObject({ messages: 0 });
  expect(await streamNames(connection)).toEqual(['S1']);
});

test('a stream that another restore has only begun to fill is not back', async () => {
  await backUp('S1');
  const metadata = { 'meridian-restore': 'another' };
  await ask(connection, 'STREAM.CREATE.S1', { name: 'S1', subjects: ['S1.*'], metadata });
  const { streams, missing, failures } = await restoreAll([known('S1', 3)]);
  expect({ streams, missing }).toEqual({ streams: 0, missing: [known('S1', 3)] });
  expect(failures).toEqual([expect.stringContaining('S1 of account $G exists')]);
});

test('without a bucket a loss that was accepted is over', async () => {
  const { streams, problems, missing } = await restoreAll([known('S1', 3)], false);
  expect({ streams, problems, missing }).toEqual({
    ...{ streams: 0, missing: [] },
    problems: ['stream S1 of account $G had no backup: its 3 messages are lost'],
  });
});

test('a stream that only servers held that have ended is given up in words where there is no bucket', async () => {
  const revived = await withRestorer((restorer) => restorer.revive(known('S1', 3), false), false);
  expect(revived).toEqual({
    streams: 0,
    problems: [
      "stream S1 of account $G, 3 messages, that only nats-weur held, can't be restored, and comes back empty: this deployment has no bucket for backups",
    ],
  });
});

test('one that was empty when it was last seen comes back with what its backup has, and is told without one', async () => {
  const revive = (stream: string) => withRestorer((restorer) => restorer.revive(known(stream, 0), false));
  await backUp('S1');
  expect(await revive('S1')).toEqual({ streams: 1, problems: [] });
  expect((await streamInfo(connection, 'S1'))?.state).toMatchObject({ messages: 3, last_seq: 3 });
  expect(await revive('S2')).toEqual({
    streams: 0,
    problems: [expect.stringContaining('without messages when it was last seen')],
  });
});

test('a stream that sources another comes after it, and takes nothing twice', async () => {
  await ask(connection, 'STREAM.CREATE.B', { name: 'B', subjects: ['B.*'] });
  await ask(connection, 'STREAM.CREATE.A', { name: 'A', sources: [{ name: 'B' }] });
  for (const n of [1, 2, 3]) await connection.request('B.x', `${n}`);
  await eventually('what A sources', async () => (await streamInfo(connection, 'A'))?.state.messages === 3);
  for (const stream of ['A', 'B']) await backUpAndDelete(stream);
  expect(await restoreAll([known('A', 3), known('B', 3)])).toMatchObject({ streams: 2, problems: [] });
  await connection.request('B.x', '4');
  await eventually(
    'what comes then',
    async () => ((await streamInfo(connection, 'A'))?.state.messages ?? 0) > 3,
  );
  expect((await streamInfo(connection, 'A'))?.state).toMatchObject({ messages: 4, last_seq: 4 });
});

function known(stream: string, lastSeq: number): KnownStream {
  return { account: '$G', stream, created: '', messages: lastSeq, lastSeq, servers: ['nats-weur'] };
}

async function backUp(stream: string): Promise<void> {
  await writeBackup(
    bucket,
    { cluster: 'c', account: '$G', stream },
    {
      config: { name: stream, subjects: [`${stream}.*`], num_replicas: 1 },
      extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
      segments: [[1, 2, 3].map((n) => message(n, `${stream}.x`, `${n}`))],
    },
  );
}

async function backUpAndDelete(stream: string): Promise<void> {
  const segment = [];
  for await (const entry of readSingly(connection, stream, [[1, 3]])) segment.push(entry);
  await writeBackup(
    bucket,
    { cluster: 'c', account: '$G', stream },
    {
      config: (await streamInfo(connection, stream))?.config ?? {},
      extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
      segments: [segment],
    },
  );
  await ask(connection, `STREAM.DELETE.${stream}`);
}

function restoreAll(lost: readonly KnownStream[], hasBucket = true): Promise<Restored> {
  return withRestorer((restorer) => restorer.restoreAll(lost), hasBucket);
}

function withRestorer<T>(use: (restorer: Restorer) => Promise<T>, hasBucket = true): Promise<T> {
  const keeper = bindings.JETSTREAM_KEEPER.getByName('restorer');
  return runInDurableObject(keeper, (_, { storage }) => {
    const restorer = new Restorer(
      {
        hasBucket: () => hasBucket,
        bucket: () => {
          if (!hasBucket) throw new Error('there is no bucket');
          return bucket;
        },
        cluster: () => 'c',
        connect: () => connectTo(alone),
        servers: () => 1,
        holders: async () => 1,
        withScratch: () => Promise.reject(new Error('nothing is verified here')),
        verifyHours: () => 0,
        background: () => {},
      },
      storage.sql,
    );
    return use(restorer);
  });
}
