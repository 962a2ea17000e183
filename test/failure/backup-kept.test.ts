// The backups of deleted streams, once `keepDays` are over: a deployment is away for a month, so to say. Its storage is put back in
// time between two lives of it.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stack } from '../../local/stack.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { streamPrefix } from '../../worker/jetstream/manifest/keys.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { startLoggedStack } from '../support/logged-stack.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const DAY_MS = 86_400_000;
const KEEP_DAYS = 3;
const FEW = configOf(['wnam', 'enam', 'weur']);
const CONFIG: MeridianConfig = {
  ...FEW,
  jetstream: { ...FEW.jetstream, backup: { ...FEW.jetstream.backup, everySeconds: 1, keepDays: KEEP_DAYS } },
};
/** A restore after the loss of all servers, and a look a minute after one that came too early. */
const DONE = { timeoutMs: 150_000, pollMs: 500 };

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-kept-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the backup of a deleted stream goes when keepDays are over, with all of its objects, and no other', {
  timeout: 300_000,
}, async () => {
  await withStack(async ({ api, url }) => {
    await using client = await connectFrom(url, cityOf('weur'));
    await jetStreamIsReady(client.nats);
    const manager = await jetstreamManager(client.nats, { timeout: 5_000 });
    for (const name of ['OLD', 'RECENT', 'THERE']) {
      await manager.streams.add({ name, subjects: [`${name}.*`], num_replicas: 3 });
      for (let n = 1; n <= 5; n += 1) await jetstream(client.nats).publish(`${name}.x`, `${n}`);
    }
    await waitFor('the backups', DONE, async () => {
      const { streams } = await api.backups();
      return streams.filter(({ lastSeq }) => lastSeq === 5).length === 3;
    });
    // The Keeper looks, and so knows of the streams.
    await api.jetstream();
    for (const name of ['OLD', 'RECENT']) await manager.streams.delete(name);
    await waitFor('the deletions to be known', DONE, async () => {
      const { streams } = await api.backups();
      return streams.filter(({ deleted }) => deleted !== null).length === 2;
    });
  });
  await putBackInTime();
  await withStack(async ({ api }) => {
    await waitFor('the removal', DONE, async () => {
      const { streams } = await api.backups();
      return !streams.some(({ stream }) => stream === 'OLD');
    });
    const { streams } = await api.backups();
    expect(streams.map(({ stream, messages }) => [stream, messages])).toEqual([
      ['RECENT', 5],
      ['THERE', 5],
    ]);
    expect(streams.map(({ deleted }) => deleted === null)).toEqual([false, true]);
  });
  expect(await objectsOf('OLD')).toBe(0);
  expect(await objectsOf('RECENT')).toBeGreaterThan(1);
});

async function withStack(run: (stack: Stack) => Promise<void>): Promise<void> {
  const { stack, log } = await startLoggedStack(CONFIG, { storage: folder });
  try {
    await run(stack);
  } catch (error) {
    throw new Error(`the stack's log:\n${log.join('\n')}`, { cause: error });
  } finally {
    await stack.close();
  }
}

/** OLD was deleted longer ago than its backup is kept, RECENT not so long; all objects are as old as OLD. */
async function putBackInTime(): Promise<void> {
  const agoMs = KEEP_DAYS * DAY_MS;
  await inEach('do', 'meridian-JetStreamKeeper', (database) => {
    const shift = database.prepare('UPDATE deleted SET at = at - ? WHERE stream = ?');
    expect(shift.run(agoMs + DAY_MS, 'OLD').changes).toBe(1);
    expect(shift.run(agoMs - DAY_MS, 'RECENT').changes).toBe(1);
  });
  await inEach('r2', 'miniflare-R2BucketObject', (database) => {
    const { changes } = database
      .prepare('UPDATE _mf_objects SET uploaded = uploaded - ?')
      .run(agoMs + DAY_MS);
    expect(changes).toBeGreaterThan(0);
  });
  let manifests = 0;
  const blobs = join(folder, 'r2');
  for (const file of await readdir(blobs, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !file.parentPath.endsWith('blobs')) continue;
    const path = join(file.parentPath, file.name);
    const text = (await readFile(path)).toString('latin1');
    if (!text.startsWith('{"format":1,"cluster"')) continue;
    manifests += 1;
    const earlier = (_all: string, at: string) => `"begunAt":${Number(at) - agoMs - DAY_MS}`;
    await writeFile(path, text.replace(/"begunAt":(\d+)/g, earlier), 'latin1');
  }
  expect(manifests).toBe(3);
}

async function objectsOf(stream: string): Promise<number> {
  const prefix = streamPrefix({ cluster: CONFIG.cluster, account: '$G', stream });
  let count = 0;
  await inEach('r2', 'miniflare-R2BucketObject', (database) => {
    const keys = database.prepare('SELECT key FROM _mf_objects').all();
    count += keys.filter(({ key }) => String(key).startsWith(prefix)).length;
  });
  return count;
}

/** The databases of a stack that has ended. */
async function inEach(kind: string, name: string, use: (database: DatabaseSync) => void): Promise<void> {
  const path = join(folder, kind, name);
  const files = (await readdir(path)).filter(
    (file) => file.endsWith('.sqlite') && !file.startsWith('metadata'),
  );
  expect(files).toHaveLength(1);
  for (const file of files) {
    const database = new DatabaseSync(join(path, file));
    try {
      use(database);
    } finally {
      database.close();
    }
  }
}
