// Streams of every kind, backed up on the whole stack. After the loss of all servers at once each is back by itself, as it was.

import { type JetStreamManager, jetstream, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { jetStreamIsReady } from '../support/streams.ts';

/** The largest message that a region takes whose streams are backed up. */
const MOST_BYTES = 16 * 1024 * 1024;
const limits = {
  maxConnections: 1_000,
  maxUnauthenticatedPerAddress: 20,
  maxUnauthenticated: 200,
  maxPayloadBytes: MOST_BYTES,
};
const FEW = configOf(['wnam', 'enam', 'weur'], { wnam: { limits }, enam: { limits }, weur: { limits } });
const running = useStack({
  ...FEW,
  jetstream: { ...FEW.jetstream, backup: { ...FEW.jetstream.backup, everySeconds: 1 } },
});

const PATIENT = { timeoutMs: 90_000, pollMs: 500 };
const THREE = { num_replicas: 3 };
const DURABLE = { durable_name: 'worker', ack_policy: 'explicit' } as const;

type Config = Partial<StreamConfig> & { readonly name: string };

/** In the order in which they are made: a mirror comes after its origin. Each takes the messages of its own subject. */
const STREAMS: readonly Config[] = [
  withSubject({ name: 'QUEUE', retention: 'workqueue', ...THREE }),
  withSubject({ name: 'ALONE_QUEUE', retention: 'workqueue', num_replicas: 1 }),
  withSubject({ name: 'INTEREST', retention: 'interest', ...THREE }),
  withSubject({ name: 'LIMITED', max_msgs: 10, compression: 's2', ...THREE }),
  withSubject({ name: 'LATEST', max_msgs_per_subject: 1, ...THREE }),
  withSubject({ name: 'MEMORY', storage: 'memory', ...THREE }),
  withSubject({ name: 'INDIRECT', allow_direct: false, num_replicas: 1 }),
  withSubject({ name: 'PURGED', ...THREE }),
  withSubject({ name: 'AGAIN', ...THREE }),
  withSubject({ name: 'HOLES', ...THREE }),
  withSubject({ name: 'LARGEST', ...THREE }),
  { name: 'MIRROR', mirror: { name: 'LIMITED' }, mirror_direct: true, ...THREE },
  { name: 'SOURCED', sources: [{ name: 'PURGED' }, { name: 'HOLES' }], ...THREE },
];

const WITH_CONSUMER = ['QUEUE', 'ALONE_QUEUE', 'INTEREST', 'LATEST'];
const MESSAGES = 20;
const ACKNOWLEDGED = 5;

function withSubject(config: Config): Config {
  return { ...config, subjects: [`${config.name}.*`] };
}

test('streams of every kind are as they were when all of their servers were lost', {
  timeout: 300_000,
}, async () => {
  const { api, engine, url } = running.stack;
  await using client = await connectFrom(url, cityOf('weur'));
  await jetStreamIsReady(client.nats);
  const manager = await jetstreamManager(client.nats, { timeout: 5_000 });
  for (const config of STREAMS) await make(manager, config);
  for (const { name, subjects } of STREAMS) if (subjects !== undefined) await publish(client.nats, name);
  await jetstream(client.nats).publish('LARGEST.x', new Uint8Array(MOST_BYTES - 1_000).fill(7), {
    timeout: 30_000,
  });
  await manager.streams.delete('AGAIN');
  await make(manager, withSubject({ name: 'AGAIN', ...THREE }));
  await publish(client.nats, 'AGAIN', 3);
  await waitFor('the sources to be taken', PATIENT, async () => {
    return (await manager.streams.info('SOURCED')).state.messages === 2 * MESSAGES;
  });
  await manager.streams.purge('PURGED', { seq: 8 });
  for (const seq of [3, 7, 20]) await manager.streams.deleteMessage('HOLES', seq);
  for (const name of WITH_CONSUMER) {
    const consumer = await jetstream(client.nats).consumers.get(name, DURABLE.durable_name);
    for (let n = 0; n < ACKNOWLEDGED; n += 1) await (await consumer.next({ expires: 5_000 }))?.ackAck();
    // A segment that has this message has what was acknowledged before it.
    await jetstream(client.nats).publish(`${name}.last`, 'after the acknowledgements');
  }
  const before = await heldBy(manager);
  expect(before).toHaveLength(STREAMS.length);
  await waitFor('all to be backed up', PATIENT, async () => {
    const { streams } = await api.backups();
    return before.every((held) =>
      streams.some(
        ({ stream, lastSeq, firstSeq, messages, deleted }) =>
          stream === held.name &&
          deleted === null &&
          lastSeq === held.last &&
          messages === held.messages &&
          // What a backup of no messages begins with nobody reads.
          (held.messages === 0 || firstSeq === held.first),
      ),
    );
  });
  // The Keeper looks, and so knows of the streams.
  const restoredAt = (await api.jetstream()).lastRestore?.at ?? 0;
  await Promise.all(
    FEW.regions.map(({ id }) => engine.server(`nats-${id}`)?.app.kill('SIGKILL') ?? Promise.resolve()),
  );
  await waitFor('the restore', PATIENT, async () => {
    return ((await api.jetstream()).lastRestore?.at ?? 0) > restoredAt;
  });
  expect((await api.jetstream()).lastRestore?.problems).toEqual([]);
  await using later = await connectFrom(url, cityOf('weur'));
  await jetStreamIsReady(later.nats);
  expect(await heldBy(await jetstreamManager(later.nats, { timeout: 5_000 }))).toEqual(before);
  for (const name of WITH_CONSUMER) {
    const consumer = await jetstream(later.nats).consumers.get(name, DURABLE.durable_name);
    expect({ name, seq: (await consumer.next({ expires: 5_000 }))?.seq }).toEqual({
      name,
      seq: ACKNOWLEDGED + 1,
    });
  }
});

async function make(manager: JetStreamManager, config: Config): Promise<void> {
  await manager.streams.add(config);
  if (WITH_CONSUMER.includes(config.name)) await manager.consumers.add(config.name, DURABLE);
}

async function publish(nats: NatsConnection, stream: string, messages = MESSAGES): Promise<void> {
  for (let n = 1; n <= messages; n += 1) await jetstream(nats).publish(`${stream}.${n}`, `${stream} ${n}`);
}

/** What clients see of all streams. */
async function heldBy(manager: JetStreamManager) {
  const held: {
    name: string;
    messages: number;
    first: number;
    last: number;
    config: Partial<StreamConfig>;
  }[] = [];
  for await (const { config, state } of manager.streams.list()) {
    const { name, num_replicas, retention, storage, compression, max_msgs, allow_direct, mirror, subjects } =
      config;
    held.push({
      ...{ name, messages: state.messages, first: state.first_seq, last: state.last_seq },
      config: {
        ...{ num_replicas, retention, storage, max_msgs, allow_direct },
        ...(compression !== undefined && { compression }),
        ...(mirror !== undefined && { mirror }),
        ...(subjects !== undefined && { subjects }),
      },
    });
  }
  return held.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
