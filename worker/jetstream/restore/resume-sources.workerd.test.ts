// Streams that take messages from others, restored together with them, on a real server.

import { env } from 'cloudflare:workers';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { connectTo, writeBackup } from '../../../test/support/workerd/backups.ts';
import { eventually } from '../../../test/support/workerd/eventually.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { liveRanges, rangesOf } from '../manifest/extent.ts';
import type { Extent } from '../manifest/segment-header.ts';
import type { RestorePoint } from '../manifest/selection.ts';
import { ask, type StreamState, streamInfo, streamNames } from './api.ts';
import { planOf } from './plan.ts';
import { readSingly } from './read-messages.ts';
import { restoreStream } from './restore-stream.ts';
import { sourceFrom } from './source.ts';
import { identityOf, sourcedFrom } from './sourced.ts';

const { alone, cluster } = inject('jetStreamServers');
const r2 = (env as unknown as { BACKUPS: R2Bucket }).BACKUPS;
const bucket = new BackupBucket(r2);

/** Of its own accord the server sets up a source again within about two seconds. */
const UNDISTURBED_MS = 3_000;

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectTo(alone);
});

afterEach(async () => {
  await removeAll();
  await connection.close();
  for (const { key } of (await r2.list()).objects) await r2.delete(key);
});

test('a stream that sources another goes on behind what it has of it, once both are restored', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { sources: [{ name: 'META', filter_subject: 'meta.a' }] });
  await publish('meta.a', 20);
  await publish('meta.b', 5);
  await until('SRC', 20);
  await lose(['META', 'SRC']);
  expect(await restore('META')).toEqual([]);
  expect(await restore('SRC')).toEqual([]);
  await pause(UNDISTURBED_MS);
  expect(await messagesOf('SRC')).toBe(20);
  expect((await streamInfo(connection, 'SRC'))?.config).toMatchObject({
    sources: [{ name: 'META', filter_subject: 'meta.a', opt_start_seq: 21 }],
  });
  await publish('meta.a', 1);
  await until('SRC', 21);
  expect(await sourcedSequences('SRC')).toEqual([...range(1, 20), 26]);
});

test('also a second time, and one that only its own messages came to last', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { subjects: ['own'], sources: [{ name: 'META' }] });
  for (const expected of [35, 71]) {
    await publish('meta.a', 5);
    await until('SRC', expected - 30);
    await publish('own', 30);
    await lose(['META', 'SRC']);
    await restore('META');
    expect(await restore('SRC')).toEqual([]);
    await publish('meta.a', 1);
    await until('SRC', expected + 1);
    await pause(UNDISTURBED_MS);
    expect(await messagesOf('SRC')).toBe(expected + 1);
  }
});

test('a source that comes back shorter goes on where it ends', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { sources: [{ name: 'META' }] });
  await publish('meta.a', 20);
  await until('SRC', 20);
  await lose(['META', 'SRC']);
  await restore('META', { seq: 15 });
  expect(await restore('SRC')).toEqual([
    'source META ends at message 15, of which 20 had been taken: it goes on behind 15',
  ]);
  await publish('meta.a', 3);
  await until('SRC', 23);
  expect(await sourcedSequences('SRC')).toEqual([...range(1, 20), 16, 17, 18]);
});

test('of a source that was made anew, or comes later, everything is taken, and a remark says so', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('LATER', { subjects: ['later'] });
  await create('SRC', { sources: [{ name: 'META' }, { name: 'LATER' }] });
  await publish('meta.a', 20);
  await publish('later', 1);
  await until('SRC', 21);
  await lose(['META', 'LATER', 'SRC']);
  await create('META', { subjects: ['meta.>'] });
  await publish('meta.b', 3);
  expect(await restore('SRC')).toEqual([
    'source META is taken anew: messages may come twice (its messages are others)',
    'source LATER is taken anew: messages may come twice (it does not exist yet)',
  ]);
  await until('SRC', 24);
});

test('a source that was not lost goes on, and the configuration stays', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { sources: [{ name: 'META' }] });
  await publish('meta.a', 5);
  await until('SRC', 5);
  await lose(['SRC']);
  await publish('meta.a', 2);
  expect(await restore('SRC')).toEqual([]);
  await until('SRC', 7);
  expect(JSON.stringify((await streamInfo(connection, 'SRC'))?.config)).not.toContain('opt_start_seq');
});

test('a work queue goes on behind the last that is in it, and says what may come twice', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { retention: 'workqueue', sources: [{ name: 'META' }] });
  await publish('meta.a', 20);
  await until('SRC', 20);
  for (const seq of [1, 2, 20]) await ask(connection, 'STREAM.MSG.DELETE.SRC', { seq });
  await lose(['META', 'SRC']);
  await restore('META');
  const source = await sourceFrom(bucket, nameOf('SRC'));
  expect((await planOf(connection, source, 'SRC')).notRestored.join()).toContain('how far it had come');
  expect(await restore('SRC')).toEqual([
    'source META is taken from message 20 on: what had been done with of it may come twice',
  ]);
  await until('SRC', 18);
  expect(await sourcedSequences('SRC')).toEqual(range(3, 20));
});

test('a work queue that is empty does not tell how far it was in its source', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { retention: 'workqueue', sources: [{ name: 'META' }] });
  await publish('meta.a', 20);
  await until('SRC', 20);
  await ask(connection, 'STREAM.PURGE.SRC');
  await lose(['META', 'SRC']);
  await restore('META');
  expect(await restore('SRC')).toEqual(['source META is taken anew: messages may come twice']);
  await until('SRC', 20);
  expect((await entriesOf('SRC')).map(({ sequence }) => sequence)).toEqual(range(21, 40));
});

test('a mirror goes on without a gap, and has the sequences of its origin', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('MIR', { mirror: { name: 'META' } });
  await publish('meta.a', 20);
  await until('MIR', 20);
  await ask(connection, 'STREAM.MSG.DELETE.META', { seq: 7 });
  await lose(['META', 'MIR']);
  expect(await restore('META')).toEqual([]);
  expect(await restore('MIR')).toEqual([]);
  await publish('meta.a', 2);
  await until('MIR', 22);
  await pause(UNDISTURBED_MS);
  const mirrored = await entriesOf('MIR');
  expect(mirrored.map(({ sequence }) => sequence)).toEqual(range(1, 22));
  const origin = await entriesOf('META');
  expect(mirrored.filter(({ sequence }) => sequence !== 7)).toEqual(origin);
});

test('a mirror that is ahead of its origin says what it does not take', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('MIR', { mirror: { name: 'META' } });
  await publish('meta.a', 20);
  await until('MIR', 20);
  await lose(['META', 'MIR']);
  await restore('META', { seq: 15 });
  expect(await restore('MIR')).toEqual([
    'META, which it mirrors, ends at message 15: what comes there up to message 20 is not taken',
  ]);
});

test('in a cluster, with replicas', { timeout: 60_000 }, async () => {
  await connection.close();
  connection = await connectTo(cluster[0] ?? alone);
  await eventually('a leader', async () => Array.isArray(await streamNames(connection)));
  await create('META', { subjects: ['meta.>'], num_replicas: 3 });
  await create('SRC', { sources: [{ name: 'META' }], num_replicas: 3 });
  await publish('meta.a', 20);
  await until('SRC', 20);
  await lose(['META', 'SRC']);
  await restore('META');
  expect(await restore('SRC')).toEqual([]);
  await pause(UNDISTURBED_MS);
  expect(await messagesOf('SRC')).toBe(20);
  await publish('meta.a', 1);
  await until('SRC', 21);
});

test('the identity of a stream is as the server notes it', async () => {
  await create('META', { subjects: ['meta.>'] });
  await create('SRC', { sources: [{ name: 'META' }] });
  await publish('meta.a', 1);
  await until('SRC', 1);
  const [first] = await entriesOf('SRC');
  const created = (await streamInfo(connection, 'META'))?.created ?? '';
  expect(sourcedFrom(first?.header ?? new Uint8Array())?.identity).toBe(await identityOf(created));
});

async function create(stream: string, config: object): Promise<void> {
  await ask(connection, `STREAM.CREATE.${stream}`, { name: stream, storage: 'file', ...config });
}

async function publish(subject: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await connection.request(subject, `${subject} ${n}`, { timeout: 5_000 });
}

/** Backs them up as they are, and deletes them. */
async function lose(streams: readonly string[]): Promise<void> {
  for (const { key } of (await r2.list()).objects) await r2.delete(key);
  for (const stream of streams) {
    const config = (await streamInfo(connection, stream))?.config ?? {};
    const extent = await extentOf(stream);
    await writeBackup(bucket, nameOf(stream), { config, extent, segments: [await entriesOf(stream)] });
  }
  for (const stream of streams) await ask(connection, `STREAM.DELETE.${stream}`);
}

/** Returns the remarks. */
async function restore(stream: string, point: RestorePoint = {}): Promise<readonly string[]> {
  const { remarks } = await restoreStream(connection, {
    bucket,
    source: await sourceFrom(bucket, nameOf(stream), point),
    as: stream,
    id: crypto.randomUUID(),
    connect: () => connectTo(alone),
    servers: 3,
    holders: async () => 3,
  });
  return remarks;
}

function nameOf(stream: string) {
  return { cluster: 'c', account: '$G', stream };
}

async function extentOf(stream: string): Promise<Extent> {
  const { state } = await ask<{ readonly state: StreamState & { readonly deleted?: readonly number[] } }>(
    connection,
    `STREAM.INFO.${stream}`,
    { deleted_details: true },
  );
  return { firstSeq: state.first_seq, lastSeq: state.last_seq, deleted: rangesOf(state.deleted ?? []) };
}

async function entriesOf(stream: string): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  const ranges = liveRanges(await extentOf(stream));
  for await (const entry of readSingly(connection, stream, ranges)) entries.push(entry);
  return entries;
}

async function sourcedSequences(stream: string): Promise<readonly (number | undefined)[]> {
  return (await entriesOf(stream)).map(({ header }) => sourcedFrom(header)?.sequence);
}

async function messagesOf(stream: string): Promise<number | undefined> {
  return (await streamInfo(connection, stream))?.state.messages;
}

async function until(stream: string, messages: number): Promise<void> {
  await eventually(`${messages} messages in ${stream}`, async () => (await messagesOf(stream)) === messages);
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

async function removeAll(): Promise<void> {
  for (const stream of await streamNames(connection)) await ask(connection, `STREAM.DELETE.${stream}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
