// Removing a backup by hand, in R2 (miniflare's).

import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { message, writeBackup } from '../../../test/support/workerd/backups.ts';
import { beginEpoch } from '../manifest/epochs.ts';
import { logKey, manifestKey, streamPrefix } from '../manifest/keys.ts';
import type { StreamName } from '../manifest/manifest.ts';
import { BackupBucket } from './backup-bucket.ts';
import { removeAtOnce } from './remove.ts';

const { BACKUPS } = env as unknown as { BACKUPS: R2Bucket };
const bucket = new BackupBucket(BACKUPS);
const NAME: StreamName = { cluster: 'c', account: '$G', stream: 'ORDERS' };
const BESIDE: StreamName = { ...NAME, stream: 'ORDERS2' };
const HOUR_MS = 3_600_000;
const GONE = async () => undefined;
const EMPTY = { firstSeq: 1, lastSeq: 0, deleted: [] };

beforeEach(async () => {
  for (const { key } of (await BACKUPS.list()).objects) await BACKUPS.delete(key);
  for (const name of [NAME, BESIDE]) {
    await writeBackup(bucket, name, {
      config: { name: name.stream },
      extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
      segments: [[1, 2].map((n) => message(n, 'o.x', `${n}`)), [message(3, 'o.x', '3')]],
    });
  }
});

test('all of it goes at once, however young, and nothing beside it', async () => {
  const removed = await remove();
  expect(removed).toEqual({ objects: 3, bytes: expect.any(Number) });
  expect(await keysOf(NAME)).toEqual([]);
  expect(await keysOf(BESIDE)).toHaveLength(3);
  expect(await remove()).toBe('none');
});

test('it stays as it is where there is a reason', async () => {
  const before = await keysOf(NAME);
  expect(await removeAtOnce(bucket, NAME, { whyNot: async () => 'it exists', now: Date.now() })).toEqual({
    refused: 'it exists',
  });
  expect(await keysOf(NAME)).toEqual(before);
  expect((await bucket.load(NAME))?.manifest.epochs).toHaveLength(1);
});

test.each(['{', '{"format":1}'])('a manifest that is %s goes with all of its objects', async (text) => {
  await BACKUPS.put(manifestKey(NAME), text);
  expect(await remove()).toMatchObject({ objects: 3 });
  expect(await keysOf(NAME)).toEqual([]);
});

test('without a manifest only what is older than an hour goes: an archive may be on its way in', async () => {
  await BACKUPS.delete(manifestKey(NAME));
  expect(await remove()).toMatchObject({ objects: 0 });
  expect((await keysOf(NAME)).filter((key) => key.includes('/log/'))).toHaveLength(2);
  expect(await remove(Date.now() + 2 * HOUR_MS)).toMatchObject({ objects: 3 });
  expect(await keysOf(NAME)).toEqual([]);
});

test('a backup that begins after it was asked whether the stream is gone stays', async () => {
  const whyNot = async () => {
    await begin('e2');
    return undefined;
  };
  expect(await removeAtOnce(bucket, NAME, { whyNot, now: Date.now() })).toBe('in use');
  expect((await bucket.load(NAME))?.manifest.epochs.map(({ id }) => id)).toEqual(['e1', 'e2']);
  expect(await keysOf(NAME)).toHaveLength(3);
});

test('so does one that begins between the emptied manifest and the removal of objects, with its first segment', async () => {
  const removing = new BackupBucket(
    before('delete', async () => {
      await begin('e2');
      await BACKUPS.put(logKey(NAME, 'e2', 0), 'the first segment');
    }),
  );
  await removeAtOnce(removing, NAME, { whyNot: GONE, now: Date.now() });
  expect((await bucket.load(NAME))?.manifest.epochs.map(({ id }) => id)).toEqual(['e2']);
  expect(await keysOf(NAME)).toEqual([logKey(NAME, 'e2', 0), manifestKey(NAME)]);
});

test('one that breaks off half-way is gone once it is tried again', async () => {
  const failing = new BackupBucket(
    before('delete', () => Promise.reject(new Error('denied')), new Set<string>()),
  );
  await expect(removeAtOnce(failing, NAME, { whyNot: GONE, now: Date.now() })).rejects.toThrow(/denied/);
  expect((await bucket.load(NAME))?.manifest.epochs).toEqual([]);
  expect(await remove()).toMatchObject({ objects: 3 });
  expect(await keysOf(NAME)).toEqual([]);
});

function remove(now = Date.now()) {
  return removeAtOnce(bucket, NAME, { whyNot: GONE, now });
}

/** The bucket, where something happens before the first call of a method. */
function before(method: string, happens: () => Promise<unknown>, done = new Set<string>()): R2Bucket {
  return new Proxy(BACKUPS, {
    get(r2, property) {
      const value: unknown = Reflect.get(r2, property);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (property === method && !done.has(method)) {
          done.add(method);
          await happens();
        }
        return Reflect.apply(value, r2, args);
      };
    },
  });
}

async function begin(id: string): Promise<void> {
  const stored = await bucket.load(NAME);
  const beginning = { id, created: '2', reason: 'recreated', now: 1, config: {}, consumers: [] } as const;
  await bucket.save(beginEpoch(NAME, stored?.manifest, { ...beginning, extent: EMPTY }), stored?.etag);
}

async function keysOf(name: StreamName): Promise<readonly string[]> {
  return (await BACKUPS.list({ prefix: streamPrefix(name) })).objects.map(({ key }) => key);
}
