// The backups of deleted streams, in R2 (miniflare's) and the storage of an object.

import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { message, writeBackup } from '../../test/support/workerd/backups.ts';
import { type AdmissionRecord, type KnownStream, NEW_RECORD } from './admission/record.ts';
import { BackupBucket } from './bucket/backup-bucket.ts';
import { removeBackup } from './bucket/remove.ts';
import { DeletedBackups } from './deleted-backups.ts';
import { beginEpoch } from './manifest/epochs.ts';
import { streamPrefix } from './manifest/keys.ts';
import type { StreamName } from './manifest/manifest.ts';

const bindings = env as unknown as { BACKUPS: R2Bucket; JETSTREAM_KEEPER: DurableObjectNamespace };
const bucket = new BackupBucket(bindings.BACKUPS);
const DAY_MS = 86_400_000;
/** Objects are as old as they are: the clock of those that remove is ahead instead. */
const NOW = Date.now() + DAY_MS;
const WHEN = { deletedAt: NOW, now: NOW };
const ORDERS: KnownStream = {
  ...{ account: '$G', stream: 'ORDERS', created: '1', messages: 3, lastSeq: 3, servers: ['nats-weur'] },
};
const NAME: StreamName = { cluster: 'c', account: '$G', stream: 'ORDERS' };

beforeEach(async () => {
  for (const { key } of (await bindings.BACKUPS.list()).objects) await bindings.BACKUPS.delete(key);
  for (const name of [NAME, { ...NAME, stream: 'ORDERS2' }]) {
    await writeBackup(bucket, name, {
      config: { name: name.stream },
      extent: { firstSeq: 1, lastSeq: 3, deleted: [] },
      segments: [[1, 2].map((n) => message(n, 'o.x', `${n}`)), [message(3, 'o.x', '3')]],
    });
  }
});

test('a backup is removed whole, and none beside it', async () => {
  expect(await removeBackup(bucket, NAME, WHEN)).toBe('removed');
  expect(await objectsOf('ORDERS')).toBe(0);
  expect(await objectsOf('ORDERS2')).toBe(3);
  expect(await bucket.streams('c')).toMatchObject([{ stream: 'ORDERS2' }]);
  expect(await removeBackup(bucket, NAME, WHEN)).toBe('removed');
});

test('what was written in the last hour goes an hour later: whoever reads or writes it may not know yet', async () => {
  expect(await removeBackup(bucket, NAME, { ...WHEN, now: Date.now() })).toBe('begun');
  expect((await bucket.load(NAME))?.manifest.epochs).toEqual([]);
  expect(await objectsOf('ORDERS')).toBe(3);
  expect(await removeBackup(bucket, NAME, WHEN)).toBe('removed');
});

test('a backup that begins while another is removed stays', async () => {
  const removing = new BackupBucket(
    new Proxy(bindings.BACKUPS, {
      get(r2, property) {
        const value: unknown = Reflect.get(r2, property);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          // The stream is made again, after the manifest was emptied.
          if (property === 'delete') await begin('e2');
          return Reflect.apply(value, r2, args);
        };
      },
    }),
  );
  expect(await removeBackup(removing, NAME, WHEN)).toBe('in use');
  expect((await bucket.load(NAME))?.manifest.epochs).toMatchObject([{ id: 'e2' }]);
});

test('the backup of a deleted stream goes once `keepDays` are over, and only where the servers say that it is gone', async () => {
  const world = { isGone: false, isThere: true };
  const removed: string[] = [];
  await withDeleted(world, removed, async (deleted) => {
    deleted.looked([ORDERS], NEW_RECORD, NOW);
    expect(deleted.list()).toEqual([{ account: '$G', stream: 'ORDERS', at: NOW }]);
    await deleted.tick(NOW + 29 * DAY_MS);
    world.isGone = true;
    await deleted.tick(NOW + 30 * DAY_MS);
    expect(await objectsOf('ORDERS')).toBe(3);
    world.isGone = false;
    await deleted.tick(NOW + 31 * DAY_MS);
    expect([await objectsOf('ORDERS'), removed]).toEqual([3, []]);
    world.isGone = true;
    await deleted.tick(NOW + 32 * DAY_MS);
    expect([await objectsOf('ORDERS'), removed, deleted.list()]).toEqual([0, ['ORDERS'], []]);
    expect(await objectsOf('ORDERS2')).toBe(3);
  });
});

test('a backup that was imported after the deletion is of another stream, and stays', async () => {
  await removeBackup(bucket, NAME, WHEN);
  const beginning = { created: '2', reason: 'new', now: NOW + 1, config: {}, consumers: [] } as const;
  const extent = { firstSeq: 1, lastSeq: 0, deleted: [] };
  await bucket.save(beginEpoch(NAME, undefined, { id: 'import', ...beginning, extent }), undefined);
  await withDeleted({ isGone: true, isThere: true }, [], async (deleted) => {
    deleted.looked([ORDERS], NEW_RECORD, NOW);
    await deleted.tick(NOW + 31 * DAY_MS);
    expect(deleted.list()).toEqual([]);
  });
  expect(await objectsOf('ORDERS')).toBe(1);
});

test('one that is made again, restored or lost is deleted no more, also for an object that begins anew', async () => {
  const world = { isGone: true, isThere: true };
  const records: readonly AdmissionRecord[] = [
    { ...NEW_RECORD, streams: [ORDERS] },
    { ...NEW_RECORD, orphans: [ORDERS] },
    { ...NEW_RECORD, loss: { since: NOW, phase: 'waiting', streams: [ORDERS] } },
  ];
  for (const record of records) {
    await withDeleted(world, [], async (deleted) => deleted.looked([ORDERS], NEW_RECORD, NOW));
    await withDeleted(world, [], async (deleted) => {
      expect(deleted.list()).toHaveLength(1);
      deleted.looked([], record, NOW + 1);
    });
    await withDeleted(world, [], async (deleted) => {
      expect(deleted.list()).toEqual([]);
      await deleted.tick(NOW + 99 * DAY_MS);
    });
  }
  expect(await objectsOf('ORDERS')).toBe(3);
});

test('where it is unknown whether a stream is gone, the servers are asked again a minute later, else an hour later', async () => {
  const world = { isGone: false, isThere: true };
  const late = NOW + 31 * DAY_MS;
  await withDeleted(world, [], async (deleted) => {
    deleted.looked([ORDERS], NEW_RECORD, NOW);
    await deleted.tick(late);
    world.isGone = true;
    await deleted.tick(late + 59_000);
    expect(await objectsOf('ORDERS')).toBe(3);
    await deleted.tick(late + 60_000);
    expect(await objectsOf('ORDERS')).toBe(0);
  });
});

test('one that is removed by hand stays known, so that what comes late goes too', async () => {
  const removed: string[] = [];
  await withDeleted({ isGone: true, isThere: true }, removed, async (deleted) => {
    const gone = async () => undefined;
    expect(await deleted.removeNow(bucket, ORDERS, async () => 'it exists')).toMatchObject({
      ...{ ok: false, problem: 'kept', message: 'it exists' },
    });
    expect([deleted.list(), removed]).toEqual([[], []]);
    expect(await deleted.removeNow(bucket, ORDERS, gone)).toMatchObject({ ok: true, objects: 3 });
    expect([deleted.list().length, removed]).toEqual([1, ['ORDERS']]);
    await bindings.BACKUPS.put(`${streamPrefix(NAME)}e1/log/0000000007`, 'of a region that was cut off');
    await deleted.tick(Date.now() + 31 * DAY_MS);
    expect([await objectsOf('ORDERS'), deleted.list()]).toEqual([0, []]);
    expect(await deleted.removeNow(bucket, ORDERS, gone)).toMatchObject({ ok: false, problem: 'none' });
  });
});

test('nothing is removed while nothing is backed up, or the servers do not answer', async () => {
  const world: { isGone: boolean | Error; isThere: boolean } = { isGone: true, isThere: false };
  await withDeleted(world, [], async (deleted) => {
    deleted.looked([ORDERS], NEW_RECORD, NOW);
    await deleted.tick(NOW + 40 * DAY_MS);
    world.isThere = true;
    world.isGone = new Error('no server answers');
    await deleted.tick(NOW + 41 * DAY_MS);
    expect([await objectsOf('ORDERS'), deleted.list().length]).toEqual([3, 1]);
  });
});

function withDeleted(
  world: { readonly isGone: boolean | Error; readonly isThere: boolean },
  removed: string[],
  use: (deleted: DeletedBackups) => Promise<void>,
): Promise<void> {
  const keeper = bindings.JETSTREAM_KEEPER.getByName('deleted');
  return runInDurableObject(keeper, (_, { storage }) =>
    use(
      new DeletedBackups(
        {
          bucket: () => (world.isThere ? bucket : undefined),
          cluster: () => 'c',
          keepDays: () => 30,
          isGone: async () => {
            if (world.isGone instanceof Error) throw world.isGone;
            return world.isGone;
          },
          removed: ({ stream }) => void removed.push(stream),
        },
        storage.sql,
      ),
    ),
  );
}

async function begin(id: string): Promise<void> {
  const stored = await bucket.load(NAME);
  if (stored?.manifest.epochs.length !== 0) return;
  const beginning = { created: '2', reason: 'new', now: NOW, config: {}, consumers: [] } as const;
  const extent = { firstSeq: 1, lastSeq: 0, deleted: [] };
  await bucket.save(beginEpoch(NAME, stored.manifest, { id, ...beginning, extent }), stored.etag);
}

async function objectsOf(stream: string): Promise<number> {
  return (await bindings.BACKUPS.list({ prefix: streamPrefix({ ...NAME, stream }) })).objects.length;
}
