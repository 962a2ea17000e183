// Messages of the largest size that a configuration takes reach their readers, in the same region and in another.

import { createInbox } from '@nats-io/nats-core';
import { expect, test } from 'vitest';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { awaitInterest } from '../support/interest.ts';

/** What regions/schema.ts takes at most. */
const MOST_BYTES = 64 * 1024 * 1024;

const limits = {
  maxConnections: 100,
  maxUnauthenticatedPerAddress: 20,
  maxUnauthenticated: 200,
  maxPayloadBytes: MOST_BYTES,
};

const running = useStack(
  configOf(['weur', 'eeur'], { weur: { limits, jetstream: false }, eeur: { limits, jetstream: false } }),
);

const TEST_TIMEOUT_MS = 60_000;

test.each<Region>(['weur', 'eeur'])(
  'a message of the largest size arrives in %s',
  async (region) => {
    const { url } = running.stack;
    await using publisher = await connectFrom(url, cityOf('weur'));
    await using reader = await connectFrom(url, cityOf(region));
    expect([publisher.region, reader.region]).toEqual(['weur', region]);
    const subject = createInbox();
    const subscription = reader.nats.subscribe(subject, { max: 2 });
    await awaitInterest(publisher.nats, [reader.nats]);
    publisher.nats.publish(subject, new Uint8Array(MOST_BYTES).fill(7));
    publisher.nats.publish(subject, 'and the next');
    const sizes: number[] = [];
    for await (const { data } of subscription) sizes.push(data.byteLength);
    expect(sizes).toEqual([MOST_BYTES, 'and the next'.length]);
    expect(reader.nats.isClosed()).toBe(false);
  },
  TEST_TIMEOUT_MS,
);
