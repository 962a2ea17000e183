// Backups in R2 (miniflare's): a writer that is killed at any of its steps leaves one that restores, with whatever was
// appended before, once and in order; points in time, retention, and what is said of damage.

import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { message, writeBackup } from '../../../test/support/workerd/backups.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { readArchive } from '../archive/read-archive.ts';
import { SegmentBuilder } from '../archive/segment.ts';
import { backupStateOf } from '../manifest/backup-state.ts';
import { beginEpoch, currentEpoch } from '../manifest/epochs.ts';
import { logKey, manifestKey } from '../manifest/keys.ts';
import type { StreamName } from '../manifest/manifest.ts';
import type { Extent } from '../manifest/segment-header.ts';
import type { RestorePoint } from '../manifest/selection.ts';
import { archiveOf } from './archive-of.ts';
import { BackupBucket } from './backup-bucket.ts';
import { BackupError } from './backup-error.ts';
import { fold } from './fold.ts';
import { selectFrom } from './point-in-time.ts';
import { retain } from './retain.ts';
import { sweep } from './sweep.ts';

const T0 = 1_780_000_000_000;
const HOUR_MS = 3_600_000;
/** That of `message`. */
const MESSAGES_BEGAN = 1_700_000_000_000;
const SEGMENTS = 7;
/** Of a whole life: the manifest, the segments, the folded one, the manifest again, and what is swept. */
const WRITES = SEGMENTS + 4;
/** Messages of each segment; the stream deletes the second of the first segment while the third is written. */
const PER_SEGMENT = 3;

class Killed extends Error {}

/** The bucket of a writer that dies after so many operations that change something, or in the middle of the next. */
function dyingAfter(writes: number): R2Bucket {
  let left = writes;
  const dies = () => {
    if (left <= 0) throw new Killed();
    left--;
  };
  return new Proxy(r2(), {
    get(bucket, property) {
      const value: unknown = Reflect.get(bucket, property);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (property === 'put' || property === 'delete') dies();
        return Reflect.apply(value, bucket, args);
      };
    },
  });
}

/** What a writer does in its life: begins, appends, folds, sweeps. Returns the last message that was appended. */
async function live(
  bucket: BackupBucket,
  name: StreamName,
  appended: (last: number) => void,
  id = 'e1',
): Promise<void> {
  const existing = await bucket.load(name);
  let stored = existing;
  if (stored === undefined) {
    const manifest = beginEpoch(name, undefined, {
      id,
      created: '2026-05-28T20:26:40Z',
      reason: 'new',
      now: T0,
      config: { name: name.stream },
      consumers: [],
      extent: { firstSeq: 1, lastSeq: 0, deleted: [] },
    });
    const etag = await bucket.save(manifest, undefined);
    if (etag === undefined) throw new Error('somebody else began');
    stored = { manifest, etag };
  }
  const epoch = currentEpoch(stored.manifest);
  if (epoch === undefined) throw new Error('no epoch');
  const { nextIndex } = backupStateOf(epoch, await bucket.log(name, epoch));
  for (let index = nextIndex; index < SEGMENTS; index++) {
    const segment = segmentOf(index, undefined, epoch.id);
    if ((await bucket.append(name, segment)) === 'written') appended(segment.header.last);
  }
  const folded = await fold(bucket, stored, { now: T0 + 1, atLeast: 3 });
  if (folded === undefined) throw new Error('somebody else folded');
  await sweep(bucket, folded, Date.now() + 2 * HOUR_MS);
}

describe('R2 that does not answer', () => {
  const name = { cluster: 'c', account: 'a', stream: 'hangs' };
  const NO_ANSWER = /R2 failed: it has not answered for 0.1 s/;

  /** @param isHanging told what is called: it is never answered, and nothing is read of what is put */
  function hanging(isHanging: (method: string) => boolean): BackupBucket {
    const bucket = new Proxy(r2(), {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          isHanging(String(property)) ? new Promise(() => {}) : Reflect.apply(value, target, args);
      },
    });
    return new BackupBucket(bucket, 100);
  }

  test.each<[string, (bucket: BackupBucket) => Promise<unknown>]>([
    ['get', (bucket) => bucket.load(name)],
    ['list', (bucket) => bucket.streams('c')],
    ['put', (bucket) => bucket.append(name, segmentOf(0))],
    ['delete', (bucket) => bucket.remove(name, ['x'])],
  ])('to a %s is an error after a while', async (method, call) => {
    const error: unknown = await call(hanging((each) => each === method)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: 'unavailable', message: expect.stringMatching(NO_ANSWER) });
  });

  test('does not keep the next attempt from being written', async () => {
    let calls = 0;
    const bucket = hanging((method) => method === 'put' && ++calls === 1);
    await expect(bucket.append(name, segmentOf(0))).rejects.toThrow(NO_ANSWER);
    expect(await bucket.append(name, segmentOf(0))).toBe('written');
  });

  test('is none that takes its time, piece by piece', async () => {
    const bucket = new BackupBucket(r2(), 100);
    const pieces = async function* () {
      for (let n = 0; n < 5; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield new Uint8Array(10);
      }
    };
    await bucket.putStream(name, 'slow', pieces(), 50);
    expect((await r2().head('slow'))?.size).toBe(50);
  });
});

describe('a writer', () => {
  test.each(Array.from({ length: WRITES + 1 }, (_, writes) => [writes]))(
    'that dies after %i writes leaves what it appended, and the next one goes on',
    async (writes) => {
      const name = { cluster: 'c', account: 'a/b', stream: `killed-${writes}` };
      let last = 0;
      const died = await live(new BackupBucket(dyingAfter(writes)), name, (seq) => {
        last = seq;
      }).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof BackupError && error.cause instanceof Killed)) throw error;
          return true;
        },
      );
      expect(died).toBe(writes < WRITES);
      const bucket = new BackupBucket(r2());
      if (writes > 0) expect(await restored(bucket, name)).toEqual(upTo(last));

      await live(bucket, name, () => {});
      expect(await restored(bucket, name)).toEqual(upTo(SEGMENTS * PER_SEGMENT));
    },
  );

  test('that is stale gets no segment into a log that another goes on with', async () => {
    const name = { cluster: 'c', account: 'a', stream: 'two' };
    const bucket = new BackupBucket(r2());
    await live(new BackupBucket(dyingAfter(4)), name, () => {}).catch(() => {});
    const { header, ...other } = segmentOf(2);
    expect(await bucket.append(name, { ...other, header: { ...header, writer: 'other' } })).toBe('taken');
    // R2 failed to answer, though it had written: the same writer tries again.
    expect(await bucket.append(name, segmentOf(2))).toBe('written');
  });

  test('whose manifest another has changed is told so, also if it wants to begin one', async () => {
    const name = { cluster: 'c', account: 'a', stream: 'cas' };
    const bucket = new BackupBucket(r2());
    await live(new BackupBucket(dyingAfter(1)), name, () => {}).catch(() => {});
    const stored = await bucket.load(name);
    if (stored === undefined) throw new Error('no manifest');
    expect(await bucket.save(stored.manifest, stored.etag)).toBeDefined();
    expect(await bucket.save({ ...stored.manifest, epochs: [] }, stored.etag)).toBeUndefined();
    expect(await bucket.save(stored.manifest, undefined)).toBeUndefined();
  });
});

describe('a point in time', () => {
  const name = { cluster: 'points', account: 'a', stream: 's' };
  const bucket = new BackupBucket(r2());

  test.each([false, true])('is restored as the stream was then; folded: %s', async (isFolded) => {
    const stream = { ...name, stream: `s-${isFolded}` };
    const writes = isFolded ? Number.POSITIVE_INFINITY : SEGMENTS + 1;
    await live(new BackupBucket(dyingAfter(writes)), stream, () => {}).catch(() => {});
    const stored = await bucket.load(stream);
    expect(stored?.manifest.epochs[0]?.folded.length).toBe(isFolded ? 1 : 0);
    // Message 2 was deleted when segment 2 was written.
    expect(await restored(bucket, stream, { seq: 6 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await restored(bucket, stream, { seq: 8 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await restored(bucket, stream, { seq: 9 })).toEqual(upTo(9));
    // Each message is a second after the one before, and a segment is written with its last.
    expect(await restored(bucket, stream, { at: T0 + 10_000 })).toEqual(upTo(10));
    expect(await restored(bucket, stream, { at: T0 + 4_500 })).toEqual([1, 2, 3, 4]);
  });

  test('of servers whose clocks differ is not cut off by a message from the future', async () => {
    const clocks = { ...name, cluster: 'clocks' };
    // The one that led while message 2 came was a day ahead, that of message 4 an hour behind.
    const ahead = [0, 86_400_000, 0, -3_600_000, 0, 0];
    await writeBackup(bucket, clocks, {
      config: { name: 's' },
      extent: { firstSeq: 1, lastSeq: 6, deleted: [] },
      segments: [1, 3, 5].map((first) =>
        [first, first + 1].map((n) => message(n, 's.x', `${n}`, n * 100_000 + (ahead[n - 1] ?? 0))),
      ),
      writtenAt: [2, 4, 6].map((last) => MESSAGES_BEGAN + last * 100_000),
    });
    const at = (ms: number) => restored(bucket, clocks, { at: MESSAGES_BEGAN + ms });
    expect(await at(600_000 + 60_000)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await at(400_000 + 60_000)).toEqual([1, 2, 3, 4]);
    // As long as the backup itself does not tell, the messages' own times do.
    expect(await at(150_000)).toEqual([1]);
  });

  test('streams of a cluster are listed by their names', async () => {
    expect(await bucket.streams('points')).toEqual([
      { ...name, stream: 's-false' },
      { ...name, stream: 's-true' },
    ]);
    expect(await bucket.streams('none')).toEqual([]);
  });
});

describe('retention', () => {
  const DAY_MS = 24 * HOUR_MS;

  test('drops what the stream has not had for long, and nothing else', async () => {
    const name = { cluster: 'c', account: 'a', stream: 'kept' };
    const bucket = new BackupBucket(r2());
    await live(bucket, name, () => {});
    let stored = await bucket.load(name);
    await bucket.append(name, segmentOf(SEGMENTS, { firstSeq: 13, lastSeq: 24, deleted: [] }));
    stored = stored && (await fold(bucket, stored, { now: T0 + 2, atLeast: 1 }));
    const early = stored && (await retain(bucket, stored, { keepDays: 1, now: T0 }));
    expect(early).toBe(stored);
    stored = stored && (await retain(bucket, stored, { keepDays: 1, now: T0 + 2 * DAY_MS }));
    expect(stored?.manifest.epochs[0]?.folded.map(({ header: { messages } }) => messages)).toEqual([9, 3]);
    const after = Array.from({ length: 12 }, (_, n) => n + 13);
    expect(await restored(bucket, name)).toEqual(after);
    expect(stored && (await sweep(bucket, stored, Date.now() + 2 * HOUR_MS))).toBeGreaterThan(0);
    expect(await restored(bucket, name)).toEqual(after);
    // Before what is kept there is nothing to restore, and that is said.
    await expect(restored(bucket, name, { seq: 6 })).rejects.toThrow(/reaches back to .*keepDays/);
  });
});

describe('what is wrong is named', () => {
  test('a segment that somebody deleted from the log, and one from below', async () => {
    const name = { cluster: 'c', account: 'a', stream: 'gap' };
    const bucket = new BackupBucket(r2());
    await live(new BackupBucket(dyingAfter(SEGMENTS + 1)), name, () => {}).catch(() => {});
    const key = 'js/c/a/gap/e1/log/0000000003';
    const segment = await r2().get(key);
    const bytes = new Uint8Array((await segment?.arrayBuffer()) ?? []);
    await r2().delete(key);
    const { epoch, log } = await loaded(bucket, name);
    const state = backupStateOf(epoch, log);
    expect(state.missingIndexes).toEqual([[3, 3]]);
    expect(state.gaps.between).toEqual([[10, 12]]);
    expect(state.messages).toBe(upTo(21).length - 3);
    const stored = await bucket.load(name);
    if (stored === undefined) throw new Error('no manifest');
    await expect(fold(bucket, stored, { now: T0, atLeast: 3 })).rejects.toThrow(/segments 3 to 3 .* missing/);

    bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
    await r2().put(key, bytes);
    await expect(restored(bucket, name)).rejects.toThrow(/stream gap .*checksum.*log\/0000000003/);
    await r2().put(key, bytes.subarray(0, bytes.length - 5));
    await expect(restored(bucket, name)).rejects.toThrow(/stream gap .*cut off.*log\/0000000003/);
    await r2().put(key, 'something else');
    await expect(bucket.log(name, epoch)).rejects.toThrow(/no segment.*log\/0000000003/);
    await r2().put('js/c/a/gap/manifest.json', '{"format":1,"clu');
    await expect(bucket.load(name)).rejects.toThrow(/manifest can't be read.*not JSON/);
  });
});

describe('a log in short', () => {
  const bucket = new BackupBucket(r2());
  const name = { cluster: 'c', account: 'a', stream: 'short' };

  test('says what the whole headers say, with a listing and one read', async () => {
    await live(new BackupBucket(dyingAfter(SEGMENTS + 1)), name, () => {}).catch(() => {});
    const { epoch, log } = await loaded(bucket, name);
    expect(log.length).toBe(SEGMENTS);
    const reads: string[] = [];
    const inShort = await new BackupBucket(countingReads(reads)).logInShort(name, epoch);
    expect(reads).toEqual([log.at(-1)?.key]);
    const [short, whole] = [backupStateOf(epoch, inShort), backupStateOf(epoch, log)];
    expect(short).toMatchObject({
      ...{ extent: whole.extent, streamExtent: whole.streamExtent, gaps: whole.gaps },
      ...{ messages: whole.messages, bytes: whole.bytes, storedBytes: whole.storedBytes },
    });
  });

  test('reads the header of what an earlier version wrote, and of what is another', async () => {
    const { epoch } = await loaded(bucket, name);
    const [old, swapped] = [logKey(name, 'e1', 2), logKey(name, 'e1', 4)];
    const object = await r2().get(old);
    await r2().put(old, (await object?.arrayBuffer()) ?? '');
    const reads: string[] = [];
    const read = () => new BackupBucket(countingReads(reads)).logInShort(name, epoch);
    expect((await read()).map(({ header }) => header.index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(reads).toEqual([old, logKey(name, 'e1', 6)]);
    await r2().put(swapped, 'something else', { customMetadata: object?.customMetadata ?? {} });
    await expect(read()).rejects.toThrow(/no segment.*log\/0000000004/);
  });
});

/** The bucket, and the keys of the objects that are read of it. */
function countingReads(reads: string[]): R2Bucket {
  return new Proxy(r2(), {
    get(bucket, property) {
      const value: unknown = Reflect.get(bucket, property);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (property === 'get') reads.push(String(args[0]));
        return Reflect.apply(value, bucket, args);
      };
    },
  });
}

describe('what belongs elsewhere is damage', () => {
  const bucket = new BackupBucket(r2());
  const [one, other] = ['one', 'other'].map((stream) => ({ cluster: 'c', account: 'swap', stream })) as [
    StreamName,
    StreamName,
  ];

  async function swap(a: string, b: string): Promise<void> {
    const bytes = await Promise.all([a, b].map(async (key) => (await r2().get(key))?.arrayBuffer() ?? ''));
    await r2().put(a, bytes[1] ?? '');
    await r2().put(b, bytes[0] ?? '');
  }

  async function begin(name: StreamName, epoch: string, writes = SEGMENTS + 1): Promise<void> {
    await live(new BackupBucket(dyingAfter(writes)), name, () => {}, epoch).catch(() => {});
  }

  test('a segment of another stream, and one from elsewhere in the log', async () => {
    await begin(one, 'e1');
    await begin(other, 'e2');
    const key = logKey(one, 'e1', 3);
    await swap(key, logKey(other, 'e2', 3));
    await expect(restored(bucket, one)).rejects.toThrow(
      `stream one (account swap): segment 3 belongs to epoch e2, and is in that of e1 [${key}]`,
    );
    await swap(key, logKey(other, 'e2', 3));
    expect(await restored(bucket, one)).toEqual(upTo(SEGMENTS * PER_SEGMENT));
    await swap(key, logKey(one, 'e1', 4));
    await expect(restored(bucket, one)).rejects.toThrow(`segment 4 is in the place of segment 3 [${key}]`);
  });

  test('a folded one, and a manifest', async () => {
    const [a, b] = [
      { ...one, stream: 'folded' },
      { ...other, stream: 'folded-too' },
    ];
    await begin(a, 'e1', WRITES);
    await begin(b, 'e2', WRITES);
    const keys = await Promise.all(
      [a, b].map(async (name) => (await loaded(bucket, name)).epoch.folded[0]?.key ?? ''),
    );
    await swap(keys[0] ?? '', keys[1] ?? '');
    await expect(restored(bucket, a)).rejects.toThrow(/segment 6 belongs to epoch e2.*folded\/1-21/);
    await swap(manifestKey(a), manifestKey(b));
    await expect(bucket.load(a)).rejects.toThrow(/stream folded .*belongs to stream folded-too.*manifest/);
  });
});

async function restored(bucket: BackupBucket, name: StreamName, point: RestorePoint = {}): Promise<number[]> {
  const { epoch } = await loaded(bucket, name);
  const result = await selectFrom(bucket, name, epoch, point);
  if (!result.ok) throw new Error(result.problem);
  expect(result.selection.gaps).toEqual({ between: [], within: [] });
  const entries: ArchiveEntry[] = [];
  for await (const entry of readArchive(archiveOf(bucket, name, result.selection, T0))) entries.push(entry);
  const state: unknown = JSON.parse(new TextDecoder().decode(entries[0]?.payload));
  const sequences = entries.map(({ sequence }) => sequence).filter((sequence) => sequence > 0);
  expect(state).toMatchObject({ messages: sequences.length, last_seq: sequences.at(-1) ?? 0 });
  return sequences;
}

async function loaded(bucket: BackupBucket, name: StreamName) {
  const stored = await bucket.load(name);
  const epoch = stored && currentEpoch(stored.manifest);
  if (epoch === undefined) throw new Error('no backup');
  return { epoch, log: await bucket.log(name, epoch) };
}

/** The sequences that are there when the last is this; from the third segment on without the second message. */
function upTo(last: number): number[] {
  const all = Array.from({ length: last }, (_, n) => n + 1);
  return last < 3 * PER_SEGMENT ? all : all.filter((sequence) => sequence !== 2);
}

function segmentOf(index: number, streamExtent?: Extent, epoch = 'e1') {
  const builder = new SegmentBuilder();
  const last = (index + 1) * PER_SEGMENT;
  for (let sequence = last - PER_SEGMENT + 1; sequence <= last; sequence++) {
    builder.add({
      name: `s.${sequence}`,
      header: new Uint8Array(),
      payload: new Uint8Array(40_000),
      timestampNs: BigInt(T0 + sequence * 1000) * 1_000_000n,
      sequence,
    });
  }
  const extent = streamExtent ?? {
    firstSeq: 1,
    lastSeq: last,
    deleted: index >= 2 ? ([[2, 2]] as const) : [],
  };
  const writtenAt = T0 + last * 1000;
  return builder.finish({ format: 1, epoch, index, extent, writer: 'eu', writtenAt });
}

function r2(): R2Bucket {
  return (env as unknown as { readonly BACKUPS: R2Bucket }).BACKUPS;
}
