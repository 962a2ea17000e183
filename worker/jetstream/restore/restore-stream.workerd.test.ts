// Restores from a real bucket into real nats-servers: what comes back, and that nothing stays of what fails.

import { env } from 'cloudflare:workers';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { connectTo, message, type Written, writeBackup } from '../../../test/support/workerd/backups.ts';
import { eventually } from '../../../test/support/workerd/eventually.ts';
import { BackupBucket } from '../bucket/backup-bucket.ts';
import { logKey } from '../manifest/keys.ts';
import type { RestorePoint } from '../manifest/selection.ts';
import { ask, streamInfo, streamNames } from './api.ts';
import { type Restore, restoreStream } from './restore-stream.ts';
import { sourceFrom } from './source.ts';
import { verifyBackup } from './verify.ts';

const { alone, cluster, tiered, tieredCreds } = inject('jetStreamServers');
const r2 = (env as unknown as { BACKUPS: R2Bucket }).BACKUPS;
const bucket = new BackupBucket(r2);

const CONFIG = {
  name: 'ORDERS',
  subjects: ['orders.*'],
  retention: 'limits',
  storage: 'file',
  num_replicas: 1,
};
const name = { cluster: 'c', account: '$G', stream: 'ORDERS' };

let connection: NatsConnection;

beforeEach(async () => {
  connection = await connectTo(alone);
});

afterEach(async () => {
  await removeAll(connection);
  await connection.close();
  for (const { key } of (await r2.list()).objects) await r2.delete(key);
});

test('brings back messages with their sequences and times, holes, and consumers where they were', async () => {
  await backup();
  const restored = await restore();
  expect(restored).toEqual({ messages: 5, lastSeq: 7, changes: [], remarks: [] });
  const info = await streamInfo(connection, 'ORDERS');
  expect(info?.state).toMatchObject({ messages: 5, first_seq: 2, last_seq: 7, consumer_count: 1 });
  expect(info?.config).toMatchObject({ subjects: ['orders.*'], num_replicas: 1 });
  expect(JSON.stringify(info?.config)).not.toContain('meridian-restore');
  expect(await textOf(5)).toBe('five');
  const consumer = await ask(connection, 'CONSUMER.INFO.ORDERS.worker');
  expect(consumer).toMatchObject({ ack_floor: { stream_seq: 3 }, num_pending: 3 });
  expect(await nextTexts('ORDERS', 'worker', 2)).toEqual(['five', 'six']);
});

test('what was acknowledged out of order is delivered again, and a remark says so', async () => {
  const worker = {
    name: 'worker',
    config: { durable_name: 'worker', name: 'worker', ack_policy: 'explicit' },
    delivered: { consumer: 5, stream: 6 },
    ackFloor: { consumer: 2, stream: 3 },
  };
  await backup({ consumers: [worker] });
  expect((await restore()).remarks).toEqual([
    'consumers worker: what they had acknowledged behind something that they had not is delivered again',
  ]);
  expect(await nextTexts('ORDERS', 'worker', 2)).toEqual(['five', 'six']);
});

test('brings back what there was at a sequence, and at a time', async () => {
  await backup();
  expect(await restore({ as: 'SEQ' }, { seq: 5 })).toMatchObject({ messages: 3, lastSeq: 5 });
  expect((await streamInfo(connection, 'SEQ'))?.state).toMatchObject({ first_seq: 2, last_seq: 5 });
  expect(await restore({ as: 'AT' }, { at: 1_700_000_000_006 })).toMatchObject({ messages: 4, lastSeq: 6 });
});

test('a copy beside its stream takes no messages from it, and has no consumers', async () => {
  await backup();
  await restore();
  await restore({ as: 'COPY' });
  const copy = await streamInfo(connection, 'COPY');
  expect(copy?.config.subjects).toEqual(['COPY']);
  expect(copy?.state).toMatchObject({ messages: 5, last_seq: 7, consumer_count: 0 });
});

test('a stream that exists is refused and stays as it is', async () => {
  await backup();
  await ask(connection, 'STREAM.CREATE.ORDERS', { name: 'ORDERS', subjects: ['mine'] });
  await expect(restore()).rejects.toThrow('stream ORDERS of account $G exists');
  expect((await streamInfo(connection, 'ORDERS'))?.config.subjects).toEqual(['mine']);
});

test('what was acknowledged in a work queue stays gone', async () => {
  await backup({
    config: { ...CONFIG, retention: 'workqueue' },
    extent: { firstSeq: 5, lastSeq: 7, deleted: [] },
  });
  await restore();
  expect((await streamInfo(connection, 'ORDERS'))?.state).toMatchObject({ messages: 3, first_seq: 5 });
});

test.each([{ storage: 'memory' }, { compression: 's2' }, { sealed: true }, { max_msgs: 2 }])(
  'a stream with $0 comes back as it was',
  async (config) => {
    await backup({ config: { ...CONFIG, ...config } });
    await restore();
    expect((await streamInfo(connection, 'ORDERS'))?.config).toMatchObject(config);
  },
);

test('of a backup with a damaged segment nothing comes back, and the error names it', async () => {
  await backup();
  const key = logKey(name, 'e1', 1);
  const bytes = new Uint8Array((await (await r2.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
  const last = bytes.length - 3;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  await r2.put(key, bytes);
  await expect(restore()).rejects.toThrow(key);
  expect(await streamNames(connection)).toEqual([]);
});

test('of a backup without one of its segments nothing is begun', async () => {
  await backup();
  await r2.delete(logKey(name, 'e1', 0));
  await expect(restore()).rejects.toThrow(/missing/);
  expect(await streamNames(connection)).toEqual([]);
});

test('on three servers all of them have it, once the restore is done', { timeout: 60_000 }, async () => {
  await backup({ config: { ...CONFIG, num_replicas: 3 } });
  await using nats = await clusterConnection();
  await restoreOver(nats, { servers: 3, holders: heldInCluster });
  expect(await heldInCluster('$G', 'ORDERS', 7)).toBe(3);
  const info = await streamInfo(nats, 'ORDERS');
  expect(info).toMatchObject({ config: { num_replicas: 3 }, state: { messages: 5, consumer_count: 1 } });
  await eventually('the consumer', async () => {
    const { ack_floor } = await ask<{ ack_floor: { stream_seq: number } }>(
      nats,
      'CONSUMER.INFO.ORDERS.worker',
    );
    return ack_floor.stream_seq === 3;
  });
});

test('a work queue on three servers has its consumers, and what they had not acknowledged', {
  timeout: 60_000,
}, async () => {
  const config = { ...CONFIG, retention: 'workqueue', num_replicas: 3 };
  await backup({ config, extent: { firstSeq: 5, lastSeq: 7, deleted: [] } });
  await using nats = await clusterConnection();
  expect(await restoreOver(nats, { servers: 3, holders: heldInCluster })).toMatchObject({ remarks: [] });
  expect(await heldInCluster('$G', 'ORDERS', 7)).toBe(3);
  const info = await streamInfo(nats, 'ORDERS');
  expect(info).toMatchObject({
    config,
    state: { messages: 3, first_seq: 5, last_seq: 7, consumer_count: 1 },
  });
  expect(JSON.stringify(info?.config)).not.toContain('meridian-restore');
  expect(await ask(nats, 'CONSUMER.INFO.ORDERS.worker')).toMatchObject({ num_pending: 3 });
});

test('of an account that may have no stream of one replica, a stream gets all of its replicas at once', {
  timeout: 60_000,
}, async () => {
  await backup({ config: { ...CONFIG, num_replicas: 3 } });
  await using nats = await clusterConnection(tiered, tieredCreds);
  const single = ask(nats, 'STREAM.CREATE.ONE', { name: 'ONE', num_replicas: 1 });
  await expect(single).rejects.toThrow('10120');
  const connect = () => connectTo(tiered[0] ?? alone, tieredCreds);
  await restoreOver(nats, { servers: 3, connect, holders: (...of) => heldIn(tiered, ...of) });
  expect(await heldIn(tiered, '$G', 'ORDERS', 7)).toBe(3);
  const info = await streamInfo(nats, 'ORDERS');
  expect(info).toMatchObject({ config: { num_replicas: 3 }, state: { messages: 5, consumer_count: 1 } });
  expect(JSON.stringify(info?.config)).not.toContain('meridian-restore');
});

test('a stream that is placed where no server runs comes back elsewhere, and says so', async () => {
  await using nats = await clusterConnection();
  const placement = { cluster: '', tags: ['region:nowhere'] };
  await backup({ config: { ...CONFIG, placement } });
  const { changes } = await restoreOver(nats, { servers: 3 });
  expect(changes).toEqual([expect.stringContaining('without its placement')]);
  const info = await streamInfo(nats, 'ORDERS');
  expect(info?.state).toMatchObject({ messages: 5 });
  expect(JSON.stringify(info?.config)).not.toMatch(/meridian-restore|nowhere/);
});

test('a stream whose sources the server does not want comes back without them, and says so', async () => {
  await ask(connection, 'STREAM.CREATE.OTHER', { name: 'OTHER', sources: [{ name: 'ORDERS' }] });
  await backup({ config: { ...CONFIG, sources: [{ name: 'OTHER' }] } });
  const { changes } = await restore();
  expect(changes).toEqual([expect.stringMatching(/without its sources OTHER: .*cycle/)]);
  const info = await streamInfo(connection, 'ORDERS');
  expect(info).toMatchObject({ config: { subjects: ['orders.*'] }, state: { messages: 5 } });
  expect(JSON.stringify(info?.config)).not.toMatch(/meridian-restore|sources/);
});

test('in a cluster nothing stays of a restore that fails', { timeout: 60_000 }, async () => {
  await backup();
  await r2.put(
    logKey(name, 'e1', 1),
    (await (await r2.get(logKey(name, 'e1', 1)))?.arrayBuffer())?.slice(0, -5) ?? '',
  );
  await using nats = await clusterConnection();
  await expect(restoreOver(nats, { servers: 3 })).rejects.toThrow('was not restored');
  expect(await streamNames(nats)).toEqual([]);
});

async function backup(change: Partial<Written> = {}): Promise<void> {
  await writeBackup(bucket, name, {
    config: CONFIG,
    extent: { firstSeq: 2, lastSeq: 7, deleted: [[4, 4]] },
    consumers: [
      {
        name: 'worker',
        config: {
          durable_name: 'worker',
          name: 'worker',
          ack_policy: 'explicit',
          deliver_policy: 'all',
          max_ack_pending: 1000,
          max_waiting: 512,
          max_deliver: -1,
          ack_wait: 30_000_000_000,
        },
        delivered: { consumer: 2, stream: 3 },
        ackFloor: { consumer: 2, stream: 3 },
      },
    ],
    segments: [
      [message(1, 'orders.a', 'one'), message(2, 'orders.a', 'two'), message(3, 'orders.b', 'three')],
      [message(5, 'orders.a', 'five'), message(6, 'orders.a', 'six'), message(7, 'orders.c', 'seven')],
    ],
    ...change,
  });
}

function restore(change: Partial<Restore> = {}, point: RestorePoint = {}) {
  return restoreOver(connection, change, point);
}

async function restoreOver(nats: NatsConnection, change: Partial<Restore> = {}, point: RestorePoint = {}) {
  const source = await sourceFrom(bucket, name, point);
  return restoreStream(nats, {
    bucket,
    source,
    as: 'ORDERS',
    id: crypto.randomUUID(),
    connect: () => connectTo(nats === connection ? alone : (cluster[0] ?? alone)),
    servers: 1,
    holders: async () => 1,
    ...change,
  });
}

async function verified(): Promise<string> {
  return verifyBackup(connection, bucket, await sourceFrom(bucket, name), () => {});
}

/** Pulled from a consumer: messages come under their own subjects, so this is no plain request. */
async function nextTexts(stream: string, consumer: string, batch: number): Promise<readonly string[]> {
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox, { max: batch });
  connection.publish(
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    JSON.stringify({ batch, no_wait: true }),
    {
      reply: inbox,
    },
  );
  const texts: string[] = [];
  for await (const next of subscription) texts.push(next.string());
  return texts;
}

async function textOf(seq: number): Promise<string> {
  const { message: found } = await ask<{ message: { data: string } }>(connection, 'STREAM.MSG.GET.ORDERS', {
    seq,
  });
  return atob(found.data);
}

async function clusterConnection(
  servers = cluster,
  creds?: string,
): Promise<NatsConnection & AsyncDisposable> {
  const nats = await connectTo(servers[0] ?? alone, creds);
  await eventually('a leader', async () => Array.isArray(await streamNames(nats)));
  return Object.assign(nats, {
    [Symbol.asyncDispose]: async () => {
      await removeAll(nats);
      await nats.close();
    },
  });
}

function heldInCluster(account: string, stream: string, lastSeq: number): Promise<number> {
  return heldIn(cluster, account, stream, lastSeq);
}

async function heldIn(
  servers: typeof cluster,
  _account: string,
  stream: string,
  lastSeq: number,
): Promise<number> {
  const held = await Promise.all(
    servers.map(async ({ monitor }) => {
      const answer = await fetch(`http://127.0.0.1:${monitor}/jsz?accounts=1&streams=1`);
      const { account_details = [] } = (await answer.json()) as {
        account_details?: { stream_detail?: { name: string; state: { last_seq: number } }[] }[];
      };
      const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
      return streams.some((each) => each.name === stream && each.state.last_seq >= lastSeq);
    }),
  );
  return held.filter(Boolean).length;
}

async function removeAll(nats: NatsConnection): Promise<void> {
  for (const stream of await streamNames(nats)) await ask(nats, `STREAM.DELETE.${stream}`);
}

test('a verification restores everything and reads it back, also of a mirror with a limit', async () => {
  const { subjects: _, ...config } = CONFIG;
  await backup({ config: { ...config, mirror: { name: 'ORIGIN' }, max_age: 1_000_000_000, max_msgs: 1 } });
  expect(await verified()).toBe('5 messages and 1 consumers restored as they were');
  expect(await streamNames(connection)).toEqual([]);
});

test('a verification that fails says why, and leaves the server empty', async () => {
  await backup();
  await r2.delete(logKey(name, 'e1', 1));
  await r2.put(logKey(name, 'e1', 1), 'nothing');
  await expect(verified()).rejects.toThrow(/ORDERS/);
  expect(await streamNames(connection)).toEqual([]);
});
