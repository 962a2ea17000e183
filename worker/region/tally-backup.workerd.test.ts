// The backup of a tally, with the storage of a real object and a real R2 bucket. A bucket that fails is a stand-in,
// since the real one never does.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '../../test/support/workerd/config-bindings.ts';
import type { RegionNode } from '../../test/support/workerd/region-node.ts';
import type { TrafficSample } from '../forecast/traffic.ts';
import { TallyBackup, tallyKey } from './tally-backup.ts';
import { TrafficTally } from './traffic-tally.ts';

const NOW = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const AMSTERDAM = { colo: 'AMS', country: 'NL' };
const BERLIN = { colo: 'TXL', country: 'DE' };
const KEY = tallyKey('meridian', 'weur');
const DOWN = {
  get: () => Promise.reject(new Error('R2 is down')),
  put: () => Promise.reject(new Error('R2 is down')),
} as unknown as R2Bucket;

let objects = 0;

beforeEach(async () => {
  await env.BACKUPS.delete([KEY, tallyKey('meridian', 'oc')]);
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Parts {
  readonly tally: TrafficTally;
  readonly backup: TallyBackup;
}

/** Runs with the tally and the backup of a new object, or of another life of the object with this name. */
function withBackup<T>(
  run: (parts: Parts) => Promise<T>,
  { name = `tally backup ${++objects}`, bucket = env.BACKUPS }: { name?: string; bucket?: R2Bucket } = {},
): Promise<T> {
  return runInDurableObject(env.MESH_NODE.getByName(name), async (_, { storage }) => {
    const tally = new TrafficTally(storage.sql);
    const parts = { kv: storage.kv, tally, bucket, cluster: 'meridian', region: 'weur' };
    return run({ tally, backup: new TallyBackup(parts) });
  });
}

async function writtenAt(): Promise<number | undefined> {
  const found = await env.BACKUPS.get(KEY);
  return (await found?.json<{ writtenAt: number }>())?.writtenAt;
}

test('is written when it has changed, once an hour at most, and never for nothing', async () => {
  await withBackup(async ({ tally, backup }) => {
    await backup.save(NOW);
    expect(await writtenAt()).toBeUndefined();
    tally.note(() => AMSTERDAM, NOW);
    await backup.save(NOW + 1);
    expect(await writtenAt()).toBe(NOW + 1);
    tally.note(() => AMSTERDAM, NOW + 2);
    await backup.save(NOW + HOUR_MS);
    expect(await writtenAt()).toBe(NOW + 1);
    await backup.save(NOW + HOUR_MS + 1);
    expect(await writtenAt()).toBe(NOW + HOUR_MS + 1);
    await backup.save(NOW + 9 * HOUR_MS);
    expect(await writtenAt()).toBe(NOW + HOUR_MS + 1);
  });
});

test('is what a new object starts from, marked until somebody comes from there', async () => {
  await withBackup(async ({ tally, backup }) => {
    for (let clients = 0; clients < 8; clients += 1) tally.note(() => AMSTERDAM, NOW);
    tally.note(() => BERLIN, NOW);
    await backup.save(NOW);
  });
  const name = 'a new object';
  await withBackup(
    async ({ tally, backup }) => {
      const later = NOW + 24 * HOUR_MS;
      await backup.load(later);
      expect(tally.samples(later)).toEqual([
        { ...AMSTERDAM, clients: 4, fromBackup: true },
        { ...BERLIN, clients: 0.5, fromBackup: true },
      ]);
      tally.note(() => AMSTERDAM, later);
      expect(tally.samples(later)[0]).toEqual({ ...AMSTERDAM, clients: 5 });
      tally.flush();
    },
    { name },
  );
  // It is not taken twice.
  await evictDurableObject(env.MESH_NODE.getByName(name));
  await withBackup(
    async ({ tally, backup }) => {
      await backup.load(NOW + 24 * HOUR_MS);
      expect(tally.samples(NOW + 24 * HOUR_MS)).toMatchObject([{ clients: 5 }, { clients: 0.5 }]);
    },
    { name },
  );
});

test('is read before it is written over, if clients come before any forecast', async () => {
  await withBackup(async ({ tally, backup }) => {
    tally.note(() => BERLIN, NOW);
    await backup.save(NOW);
  });
  await withBackup(async ({ tally, backup }) => {
    tally.note(() => AMSTERDAM, NOW);
    await backup.save(NOW);
    const both = [
      { ...AMSTERDAM, clients: 1 },
      { ...BERLIN, clients: 1, fromBackup: true },
    ];
    expect(tally.samples(NOW)).toEqual(both);
  });
  const found = await env.BACKUPS.get(KEY);
  expect((await found?.json<{ rows: unknown[] }>())?.rows).toHaveLength(2);
});

test('an object that has counted before takes nothing from a backup', async () => {
  await withBackup(async ({ tally, backup }) => {
    tally.note(() => BERLIN, NOW);
    await backup.save(NOW);
  });
  const name = 'counted before';
  await withBackup(
    async ({ tally }) => {
      tally.note(() => AMSTERDAM, NOW);
      tally.flush();
    },
    { name, bucket: DOWN },
  );
  await runInDurableObject(env.MESH_NODE.getByName(name), (_, { storage }) => {
    storage.kv.delete('tally-backup');
  });
  await withBackup(
    async ({ tally, backup }) => {
      await backup.load(NOW);
      expect(tally.samples(NOW)).toEqual([{ ...AMSTERDAM, clients: 1 }]);
    },
    { name },
  );
});

test('a bucket that is down leaves it unknown what was counted, and nothing is written over it', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await withBackup(async ({ tally, backup }) => {
    tally.note(() => BERLIN, NOW);
    await backup.save(NOW);
  });
  const name = 'while R2 is down';
  let puts = 0;
  const put = async () => {
    puts += 1;
    return null;
  };
  await withBackup(
    async ({ tally, backup }) => {
      await expect(backup.load(NOW)).rejects.toThrow(`reading ${KEY}: R2 is down`);
      tally.note(() => AMSTERDAM, NOW);
      tally.flush();
      await backup.save(NOW);
      expect(puts).toBe(0);
      expect(warned.mock.calls.at(-1)?.[0]).toBe(
        `region weur: the tally of traffic is not backed up: reading ${KEY}: R2 is down`,
      );
      // It is not asked again at once.
      await backup.save(NOW + MINUTE_MS);
      expect(warned).toHaveBeenCalledTimes(1);
      await backup.save(NOW + 5 * MINUTE_MS);
      expect(warned).toHaveBeenCalledTimes(2);
    },
    { name, bucket: { ...DOWN, put } as unknown as R2Bucket },
  );
  // Also after a reset it knows that it has yet to read what there was.
  await withBackup(
    async ({ tally, backup }) => {
      await backup.load(NOW);
      expect(tally.samples(NOW)).toHaveLength(2);
    },
    { name },
  );
});

test.each([
  ['{"rows":', 'is not JSON'],
  ['{"format":2,"rows":[]}', 'is not a tally of format 1'],
  ['null', 'is not a tally of format 1'],
])('a backup that is torn or strange is an error that names it: %s', async (text, problem) => {
  await env.BACKUPS.put(KEY, text);
  await withBackup(async ({ backup }) => {
    await expect(backup.load(NOW)).rejects.toThrow(`${KEY} in the bucket ${problem}`);
  });
});

test('rows of a backup that are no rows are left out', async () => {
  const rows = [7, null, { place: null }, { place: BERLIN, clients: 2, at: NOW }];
  await env.BACKUPS.put(KEY, JSON.stringify({ format: 1, rows }));
  await withBackup(async ({ tally, backup }) => {
    await backup.load(NOW);
    expect(tally.samples(NOW)).toEqual([{ ...BERLIN, clients: 2, fromBackup: true }]);
  });
});

test("a region's own object starts from it", async () => {
  const rows = [{ place: BERLIN, clients: 2, at: Date.now() + HOUR_MS }];
  await env.BACKUPS.put(tallyKey('meridian', 'oc'), JSON.stringify({ format: 1, rows }));
  const region: DurableObjectStub<RegionNode> = env.REGION_NODE.getByName('starts from a tally');
  const samples = (await region.traffic()) as readonly TrafficSample[];
  expect(samples).toEqual([{ ...BERLIN, clients: expect.closeTo(2, 3), fromBackup: true }]);
});
