// The writer of a stream's backup against a real nats-server and a real bucket, which for some tests fails on purpose.

import { env } from 'cloudflare:workers';
import { headers, type NatsConnection } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { connectTo, message } from '../../../test/support/workerd/backups.ts';
import { eventually } from '../../../test/support/workerd/eventually.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { encodeSegment } from '../archive/segment.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { backupStateOf } from '../manifest/backup-state.ts';
import { currentEpoch } from '../manifest/epochs.ts';
import { FOLD_SEGMENTS } from '../manifest/fold.ts';
import { logKey } from '../manifest/keys.ts';
import { summaryOf } from '../manifest/segment-header.ts';
import { ask } from '../restore/api.ts';
import { messageAt } from '../restore/read-messages.ts';
import { restoreStream } from '../restore/restore-stream.ts';
import { sourceFrom } from '../restore/source.ts';
import { LED_QUERY, type LedJsz, type LedStream, ledStreams } from './led-streams.ts';
import { StreamWriter } from './stream-writer.ts';

const { alone } = inject('jetStreamServers');
const r2 = (env as unknown as { BACKUPS: R2Bucket }).BACKUPS;
const bucket = new BackupBucket(r2);
const name = { cluster: 'c', account: '$G', stream: 'BACKED' };
const settings = { segmentBytes: 8 * 2 ** 20, keepDays: 30 };
const BASE = { name: 'BACKED', subjects: ['backed.*'], allow_direct: true };

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectTo(alone);
});

afterEach(async () => {
  await ask(connection, 'STREAM.DELETE.BACKED').catch(() => undefined);
  await connection.close();
  for (const { key } of (await r2.list()).objects) await r2.delete(key);
});

test.each([
  BASE,
  { ...BASE, allow_direct: false },
  { ...BASE, storage: 'memory' },
  { ...BASE, compression: 's2' },
  { ...BASE, retention: 'workqueue' },
  { ...BASE, retention: 'workqueue', allow_direct: false },
])('%j is backed up byte by byte, without what was deleted', async (config) => {
  await create(config);
  for (let n = 1; n <= 40; n++)
    await publish(`${n}`, n % 2 === 0 ? { 'X-b': `${n}`, 'Nats-Stream': 'x' } : {});
  for (const seq of [3, 4, 17]) await ask(connection, 'STREAM.MSG.DELETE.BACKED', { seq });
  await write(writerOf('a'));
  const { state, entries } = await backup();
  expect(state).toMatchObject({
    messages: 37,
    extent: {
      firstSeq: 1,
      lastSeq: 40,
      deleted: [
        [3, 4],
        [17, 17],
      ],
    },
  });
  expect(state.gaps).toEqual({ between: [], within: [] });
  for (const entry of entries) expect(entry).toEqual(await messageAt(connection, 'BACKED', entry.sequence));
});

test('large messages come in segments of their size', async () => {
  await create(BASE);
  for (let n = 0; n < 3; n++) connection.publish('backed.x', new Uint8Array(3 * 2 ** 20).fill(n));
  await eventually('three messages', async () => (await led()).state.last_seq === 3);
  const writer = writerOf('a');
  await write(writer, { ...settings, segmentBytes: 4 * 2 ** 20 });
  expect(writer.filled).toBe(true);
  const { state, entries } = await backup();
  expect(state.segments.map(({ header }) => header.messages)).toEqual([2, 1]);
  expect(entries.map(({ payload }) => payload[7])).toEqual([0, 1, 2]);
});

test.each([true, false])(
  'the largest messages that a server takes, read directly: %s',
  async (allow_direct) => {
    await create({ ...BASE, allow_direct });
    const size = connection.info?.max_payload ?? 0;
    expect(size).toBe(8 * 2 ** 20);
    for (let n = 0; n < 3; n++) await connection.request('backed.x', new Uint8Array(size).fill(n));
    await write(writerOf('a'));
    const { entries } = await backup();
    expect(entries.map(({ payload }) => [payload.length, payload.at(-1)])).toEqual([
      [size, 0],
      [size, 1],
      [size, 2],
    ]);
  },
);

test('a stream with a lot to write goes on in the next round', async () => {
  await create(BASE);
  // Each is more than one batch brings, and so a segment.
  for (const n of [0, 1, 2]) await connection.request('backed.x', new Uint8Array(2 ** 20).fill(n));
  let now = Date.now();
  const slowClock = () => {
    now += 15_000;
    return now;
  };
  const writer = new StreamWriter({ bucket, name, writer: 'a', now: slowClock });
  for (const messages of [1, 2, 3]) {
    await write(writer, { ...settings, segmentBytes: 1 });
    expect((await backup()).entries.map(({ payload }) => payload[0])).toEqual([0, 1, 2].slice(0, messages));
  }
});

test('a writer that takes over finds nothing to write', async () => {
  await create(BASE);
  await ask(connection, 'CONSUMER.CREATE.BACKED.reader', {
    stream_name: 'BACKED',
    config: { name: 'reader', durable_name: 'reader', ack_policy: 'explicit' },
  });
  for (const text of ['a', 'b', 'c']) await publish(text);
  await ask(connection, 'STREAM.MSG.DELETE.BACKED', { seq: 2 });
  await write(writerOf('one'));
  const other = writerOf('other');
  await write(other);
  expect(other.hasNews(await led())).toBe(false);
  expect((await backup()).state.segments).toHaveLength(1);
});

test('nothing new costs nothing, and is known without a request; a purge alone is written', async () => {
  await create(BASE);
  for (const text of ['a', 'b', 'c']) await publish(text);
  const writer = writerOf('a');
  await write(writer);
  expect(writer.hasNews(await led())).toBe(false);
  await ask(connection, 'STREAM.PURGE.BACKED', { keep: 1 });
  expect(writer.hasNews(await led())).toBe(true);
  await write(writer);
  expect(writer.hasNews(await led())).toBe(false);
  const { state } = await backup();
  expect(state.segments.map(({ header }) => header.messages)).toEqual([3, 0]);
  expect(state).toMatchObject({ messages: 1, extent: { firstSeq: 3, lastSeq: 3 } });
});

test('of two writers one finds its place taken, and both go on without a gap or a fork', async () => {
  await create(BASE);
  const [one, other] = [writerOf('one'), writerOf('other')];
  for (let round = 0; round < 5; round++) {
    await publish(`${round}`);
    await Promise.all([write(one), write(other)]);
    await Promise.all([write(one), write(other)]);
  }
  const { state, entries } = await backup();
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  expect(state).toMatchObject({ messages: 5, missingIndexes: [], gaps: { between: [], within: [] } });
});

test('writers whose clocks are an hour apart make one log, of which every point in time has its messages', async () => {
  await create(BASE);
  const HOUR_MS = 3_600_000;
  const clocks = [0, -HOUR_MS, HOUR_MS, -HOUR_MS, 0];
  const times: number[] = [];
  for (const [n, offMs] of clocks.entries()) {
    await publish(`${n}`);
    times.push(await nextMillisecond());
    await write(new StreamWriter({ bucket, name, writer: `w${n}`, now: () => Date.now() + offMs }));
  }
  const { state } = await backup();
  expect(state).toMatchObject({ messages: 5, gaps: { between: [], within: [] }, missingIndexes: [] });
  expect((await bucket.load(name))?.manifest.epochs).toHaveLength(1);
  for (const [n, at] of times.entries()) {
    expect((await sourceFrom(bucket, name, { at })).selection).toMatchObject({
      messages: n + 1,
      extent: { firstSeq: 1, lastSeq: n + 1, deleted: [] },
    });
  }
});

test('a stream that was made again begins an epoch, and the one before stays', async () => {
  await create(BASE);
  await publish('before');
  const writer = writerOf('a');
  await write(writer);
  await ask(connection, 'STREAM.DELETE.BACKED');
  await create(BASE);
  await publish('after');
  await write(writer);
  const manifest = (await bucket.load(name))?.manifest;
  expect(manifest?.epochs.map(({ reason }) => reason)).toEqual(['new', 'recreated']);
  expect((await backup()).entries.map(textOf)).toEqual(['after']);
});

test('the backup of a stream that was restored from it goes on where it was', async () => {
  await create(BASE);
  for (const text of ['a', 'b', 'c']) await publish(text);
  await ask(connection, 'STREAM.MSG.DELETE.BACKED', { seq: 2 });
  const writer = writerOf('a');
  await write(writer);
  await ask(connection, 'STREAM.DELETE.BACKED');
  await restoreStream(connection, {
    ...{ bucket, source: await sourceFrom(bucket, name, {}), as: 'BACKED', id: 'again', servers: 1 },
    ...{ connect: () => connectTo(alone), holders: async () => 1 },
  });
  await publish('after');
  for (const each of [writer, writerOf('b')]) await write(each);
  const manifest = (await bucket.load(name))?.manifest;
  expect(manifest?.epochs.map(({ reason, created }) => [reason, created])).toEqual([
    ['new', (await led()).created],
  ]);
  const { state, entries } = await backup();
  expect(entries.map(textOf)).toEqual(['a', 'c', 'after']);
  expect(state.segments.map(({ header }) => header.messages)).toEqual([2, 1]);
});

test('a stream that was restored to an earlier point begins an epoch once there is more', async () => {
  await create(BASE);
  for (const text of ['a', 'b', 'c']) await publish(text);
  await write(writerOf('a'));
  await ask(connection, 'STREAM.DELETE.BACKED');
  await restoreStream(connection, {
    ...{ bucket, source: await sourceFrom(bucket, name, { seq: 2 }), as: 'BACKED', id: 'again', servers: 1 },
    ...{ connect: () => connectTo(alone), holders: async () => 1 },
  });
  await publish('other');
  await write(writerOf('b'));
  expect((await bucket.load(name))?.manifest.epochs.map(({ reason }) => reason)).toEqual([
    'new',
    'recreated',
  ]);
  expect((await backup()).entries.map(textOf)).toEqual(['a', 'b', 'other']);
});

test('other messages under sequences that were backed up begin an epoch: their servers were lost', async () => {
  await create(BASE);
  await publish('lost');
  await write(writerOf('a'));
  await ask(connection, 'STREAM.DELETE.BACKED');
  await create(BASE);
  await publish('other');
  await pretendCreated((await led()).created);
  await write(writerOf('b'));
  const manifest = (await bucket.load(name))?.manifest;
  expect(manifest?.epochs.map(({ reason }) => reason)).toEqual(['new', 'diverged']);
  expect((await backup()).entries.map(textOf)).toEqual(['other']);
});

test('a stream that ends before what was backed up begins an epoch, if it says so twice', async () => {
  await create(BASE);
  for (const text of ['a', 'b', 'c']) await publish(text);
  await write(writerOf('a'));
  await ask(connection, 'STREAM.DELETE.BACKED');
  await create(BASE);
  await pretendCreated((await led()).created);
  const writer = writerOf('b');
  expect(await write(writer)).toContain('ends at message 0, though 3 is backed up');
  expect((await bucket.load(name))?.manifest.epochs).toHaveLength(1);
  await write(writer);
  expect((await bucket.load(name))?.manifest.epochs.at(-1)?.reason).toBe('diverged');
});

test.each([
  ['is gone', (key: string) => r2.delete(key)],
  ['is torn', (key: string) => r2.put(key, 'torn')],
  ["is another stream's", (key: string) => r2.put(key, foreignSegment())],
])('a log of which a segment %s is written anew, with all that the stream has', async (_, damage) => {
  await create(BASE);
  const writer = writerOf('a');
  for (const text of ['a', 'b', 'c']) {
    await publish(text);
    await write(writer);
  }
  const [before] = (await bucket.load(name))?.manifest.epochs ?? [];
  await damage(logKey(name, before?.id ?? '', 1));
  await publish('d');
  const other = writerOf('b');
  await write(other);
  const epochs = (await bucket.load(name))?.manifest.epochs;
  expect(epochs?.map(({ reason }) => reason)).toEqual(['new', 'damaged']);
  const { state, entries } = await backup();
  expect(entries.map(textOf)).toEqual(['a', 'b', 'c', 'd']);
  expect(state).toMatchObject({ messages: 4, missingIndexes: [], gaps: { between: [], within: [] } });
  expect((await sourceFrom(bucket, name)).selection.messages).toBe(4);
  for (const each of [other, writerOf('c')]) await write(each);
  expect((await bucket.load(name))?.manifest.epochs).toHaveLength(2);
});

test('messages that the backup lacks, and the stream no longer has, are no damage', async () => {
  await create(BASE);
  const writer = writerOf('a');
  for (const text of ['a', 'b', 'c']) await publish(text);
  await write(writer);
  const stored = await bucket.load(name);
  const [epoch] = stored?.manifest.epochs ?? [];
  if (stored === undefined || epoch === undefined) throw new Error('there is no backup');
  // As if the first segment had been folded, and the object lacked the first two messages.
  const key = logKey(name, epoch.id, 0);
  const { header } = await bucket.header(name, { key, size: (await r2.head(key))?.size ?? 0 });
  const folded = [{ key, size: 1, header: { ...summaryOf(header), first: 3, messages: 1 }, foldedAt: 1 }];
  const epochs = [{ ...epoch, folded, nextIndex: 1, extent: header.extent }];
  await bucket.save({ ...stored.manifest, epochs }, stored.etag);
  await ask(connection, 'STREAM.PURGE.BACKED', { seq: 3 });
  await write(writerOf('b'));
  expect((await bucket.load(name))?.manifest.epochs.map(({ reason }) => reason)).toEqual(['new']);
});

test('a segment that turns out to be damaged when it is folded makes the backup begin anew', async () => {
  await create(BASE);
  const writer = writerOf('a');
  for (let n = 1; n <= FOLD_SEGMENTS; n++) {
    if (n === FOLD_SEGMENTS)
      await flipBit(logKey(name, (await bucket.load(name))?.manifest.epochs[0]?.id ?? '', 7));
    await publish(`${n}`);
    await write(writer);
  }
  await publish('last');
  await write(writer);
  const epochs = (await bucket.load(name))?.manifest.epochs;
  expect(epochs?.map(({ reason }) => reason)).toEqual(['new', 'damaged']);
  const numbers = Array.from({ length: FOLD_SEGMENTS }, (_, n) => `${n + 1}`);
  expect((await backup()).entries.map(textOf)).toEqual([...numbers, 'last']);
});

test('a bucket that fails, or whose answer is lost, neither loses messages nor has them twice', async () => {
  await create(BASE);
  let failing: 'before' | 'after' | undefined;
  const writer = writerOf(
    'a',
    failingBucket(() => failing),
  );
  for (const [n, how] of ([undefined, 'before', 'after', undefined] as const).entries()) {
    await publish(`${n}`);
    failing = how;
    if (how === undefined) await write(writer);
    else await expect(write(writer)).rejects.toThrow('R2 failed: it is down');
  }
  const { state, entries } = await backup();
  expect(entries.map(textOf)).toEqual(['0', '1', '2', '3']);
  expect(state).toMatchObject({ missingIndexes: [], gaps: { between: [], within: [] } });
});

test('a connection that ends in between leaves what was written, and the next goes on', async () => {
  await create(BASE);
  for (const text of ['a', 'b']) await publish(text);
  const lost = await connectTo(alone);
  const writer = writerOf('a');
  const ending = async () => {
    queueMicrotask(() => void lost.close());
    return lost;
  };
  await expect(writer.write(await led(), ending, settings)).rejects.toThrow();
  await write(writer);
  expect((await backup()).entries.map(textOf)).toEqual(['a', 'b']);
});

test('many segments are folded, and the writer goes on behind them', async () => {
  await create(BASE);
  const writer = writerOf('a');
  for (let n = 1; n <= FOLD_SEGMENTS + 2; n++) {
    await publish(`${n}`);
    await write(writer);
  }
  const { state, entries } = await backup();
  expect(state.epoch.folded).toHaveLength(1);
  expect(state.epoch.nextIndex).toBe(FOLD_SEGMENTS);
  expect(entries.map(textOf)).toEqual(Array.from({ length: FOLD_SEGMENTS + 2 }, (_, n) => `${n + 1}`));
});

function create(config: object): Promise<unknown> {
  return ask(connection, 'STREAM.CREATE.BACKED', config);
}

async function publish(text: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  const list = headers();
  for (const [field, value] of Object.entries(fields)) list.set(field, value);
  await connection.request('backed.x', text, {
    timeout: 5_000,
    ...(Object.keys(fields).length > 0 && { headers: list }),
  });
}

async function led(): Promise<LedStream> {
  const response = await fetch(`http://127.0.0.1:${alone.monitor}/${LED_QUERY}`);
  const found = ledStreams((await response.json()) as LedJsz).find(({ stream }) => stream === 'BACKED');
  if (found === undefined) throw new Error('the server does not lead the stream');
  return found;
}

function writerOf(writer: string, into = bucket): StreamWriter {
  return new StreamWriter({ bucket: into, name, writer, now: Date.now });
}

async function write(writer: StreamWriter, how = settings): Promise<string | undefined> {
  return writer.write(await led(), async () => connection, how);
}

/** The last epoch: its state, and all messages of its segments. */
async function backup() {
  const manifest = (await bucket.load(name))?.manifest;
  const epoch = manifest && currentEpoch(manifest);
  if (epoch === undefined) throw new Error('there is no backup');
  const state = backupStateOf(epoch, await bucket.log(name, epoch));
  const entries: ArchiveEntry[] = [];
  for (const segment of state.segments) {
    for await (const some of bucket.entries(name, segment)) entries.push(...some);
  }
  return { state, entries };
}

/** As it could come from the log of a stream that is like this one. */
function foreignSegment(): Uint8Array {
  return encodeSegment(
    {
      format: 1,
      epoch: 'other',
      index: 1,
      extent: { firstSeq: 1, lastSeq: 2, deleted: [] },
      writer: 'a',
      writtenAt: Date.now(),
    },
    [message(2, 'other.x', 'other')],
  );
}

/** In the last message of a segment. */
async function flipBit(key: string): Promise<void> {
  const bytes = new Uint8Array((await (await r2.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
  const place = bytes.length - 3;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await r2.put(key, bytes);
}

/** As if the stream were the one that was backed up: servers that have lost messages keep its creation. */
async function pretendCreated(created: string): Promise<void> {
  const stored = await bucket.load(name);
  if (stored === undefined) throw new Error('there is no backup');
  const epochs = stored.manifest.epochs.map((epoch) => ({ ...epoch, created }));
  await bucket.save({ ...stored.manifest, epochs }, stored.etag);
}

/** The bucket, of which writes fail, or succeed and are not answered. */
function failingBucket(how: () => 'before' | 'after' | undefined): BackupBucket {
  const put = async (key: string, value: Uint8Array, options?: R2PutOptions) => {
    if (how() === 'before') throw new Error('it is down');
    const written = await r2.put(key, value, options);
    if (how() === 'after') throw new Error('it is down');
    return written;
  };
  const failing = { get: r2.get.bind(r2), list: r2.list.bind(r2), delete: r2.delete.bind(r2), put };
  return new BackupBucket(failing as unknown as R2Bucket);
}

/** A time that is after all that was stored, and before all that will be. */
async function nextMillisecond(): Promise<number> {
  const at = Date.now();
  await eventually('the next millisecond', () => Date.now() > at);
  return at;
}

function textOf({ payload }: ArchiveEntry): string {
  return new TextDecoder().decode(payload);
}
