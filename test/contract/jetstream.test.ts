// JetStream over the regions that take part in it, used from those that don't.

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { Client } from '../support/client.ts';
import { currentReplicas, jetStreamIsReady, publishFirst } from '../support/streams.ts';
import { clientIn, JETSTREAM_REGIONS, STREAM_REPLICAS, someRegion, target } from '../support/target.ts';

const MESSAGES = 200;

if (STREAM_REPLICAS === 0)
  console.warn(`left out against ${target.url}: JetStream, in which none of its regions takes part`);

describe.runIf(STREAM_REPLICAS > 0)('a stream with its replicas in JetStream regions', () => {
  beforeAll(async () => {
    await using client: Client = await clientIn(someRegion(0));
    await jetStreamIsReady(client.nats);
  });

  test('is created in one region, filled in another and read in a third', async () => {
    await using creator: Client = await clientIn(someRegion(0));
    await using writer: Client = await clientIn(someRegion(1));
    await using reader: Client = await clientIn(someRegion(2));
    const name = `meridian-test-${nuid.next()}`;
    const manager = await jetstreamManager(creator.nats);
    await manager.streams.add({ name, subjects: [`${name}.*`], num_replicas: STREAM_REPLICAS });
    try {
      const sent = Array.from({ length: MESSAGES }, (_, n) => `message ${n}`);
      await publishFirst(writer.nats, `${name}.first`, 'first');
      await Promise.all(sent.map((text, n) => jetstream(writer.nats).publish(`${name}.${n}`, text)));
      const consumer = await jetstream(reader.nats).consumers.get(name);
      const received: string[] = [];
      for await (const message of await consumer.consume()) {
        received.push(message.string());
        if (received.length > MESSAGES) break;
      }
      expect(received.toSorted()).toEqual(['first', ...sent].toSorted());
      await waitFor('every replica to be current', { timeoutMs: 10_000 }, async () => {
        return (await currentReplicas(manager, name)).length === STREAM_REPLICAS;
      });
      const replicas = await currentReplicas(manager, name);
      expect(new Set(replicas).size).toBe(STREAM_REPLICAS);
      expect(JETSTREAM_REGIONS.map(instanceNameOf)).toEqual(expect.arrayContaining([...replicas]));
    } finally {
      await manager.streams.delete(name);
    }
  });

  test('delivers a durable consumer’s messages once each, though it is served in turn from two regions', async () => {
    await using one: Client = await clientIn(someRegion(0));
    await using other: Client = await clientIn(someRegion(1));
    const name = `meridian-test-${nuid.next()}`;
    const manager = await jetstreamManager(one.nats);
    await manager.streams.add({ name, subjects: [name], num_replicas: STREAM_REPLICAS });
    try {
      await manager.consumers.add(name, { durable_name: 'reader', ack_policy: 'explicit' });
      await publishFirst(other.nats, name, '0');
      for (let n = 1; n < 20; n += 1) await jetstream(other.nats).publish(name, `${n}`);
      const received: string[] = [];
      for (const client of [one, other]) {
        const consumer = await jetstream(client.nats).consumers.get(name, 'reader');
        for await (const message of await consumer.fetch({ max_messages: 10 })) {
          received.push(message.string());
          expect(await message.ackAck()).toBe(true);
        }
      }
      expect(received).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
    } finally {
      await manager.streams.delete(name);
    }
  });
});
