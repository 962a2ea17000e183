// Core NATS through the edge, between clients wherever they are. The rest, between regions, is in mesh.test.ts.

import { createInbox, headers, InvalidArgumentError } from '@nats-io/nats-core';
import { describe, expect, test } from 'vitest';
import { type Client, connectFrom } from '../support/client.ts';
import { awaitInterest } from '../support/interest.ts';
import { readMonitor } from '../support/monitor.ts';
import { describeLocally, MONITORED, monitorUrl, placeIn, target } from '../support/target.ts';

/** Where the monitoring can be read. */
const HERE = placeIn(MONITORED);

describe('two clients', () => {
  test('exchange a message with headers, and its headers stay as they were', async () => {
    await using one: Client = await connectFrom(target.url, undefined);
    await using other: Client = await connectFrom(target.url, undefined);
    const subject = createInbox();
    const subscription = one.nats.subscribe(subject, { max: 1 });
    await awaitInterest(one.nats, [other.nats]);
    const sent = headers();
    sent.append('city', 'Zürich');
    sent.append('city', 'São Paulo');
    other.nats.publish(subject, 'hello', { headers: sent });
    for await (const message of subscription) {
      expect(message.string()).toBe('hello');
      expect(message.headers?.values('city')).toEqual(['Zürich', 'São Paulo']);
    }
  });

  test('a request that nobody serves is answered at once with "no responders"', async () => {
    await using client: Client = await connectFrom(target.url, undefined);
    await expect(client.nats.request(createInbox())).rejects.toThrow(/no responders/i);
  });
});

describe('the largest message', () => {
  test('is as large as INFO says; nats.js itself refuses a byte more', async () => {
    await using client: Client = await connectFrom(target.url, undefined);
    const limit = client.nats.info?.max_payload ?? 0;
    const subject = createInbox();
    const subscription = client.nats.subscribe(subject, { max: 1 });
    const largest = patterned(limit);
    client.nats.publish(subject, largest);
    for await (const message of subscription) expect(Buffer.compare(message.data, largest)).toBe(0);
    expect(() => client.nats.publish(subject, patterned(limit + 1))).toThrow(InvalidArgumentError);
  });

  test('headers count: with them, the payload has to be that much smaller', async () => {
    await using client: Client = await connectFrom(target.url, undefined);
    const limit = client.nats.info?.max_payload ?? 0;
    const sent = headers();
    sent.set('name', 'value');
    const room = limit - 'NATS/1.0\r\nname: value\r\n\r\n'.length;
    const subject = createInbox();
    const subscription = client.nats.subscribe(subject, { max: 1 });
    client.nats.publish(subject, patterned(room), { headers: sent });
    for await (const message of subscription) expect(message.data.length).toBe(room);
    expect(() => client.nats.publish(subject, patterned(room + 1), { headers: sent })).toThrow(
      InvalidArgumentError,
    );
  });
});

describeLocally('does not show its monitoring', 'a client that ignores the limit', () => {
  test('is disconnected by the server for that very reason, and its message reaches nobody', async () => {
    await using listener: Client = await connectFrom(target.url, HERE);
    await using client: Client = await connectFrom(target.url, HERE, {
      name: 'big',
      reconnect: false,
    });
    const subject = createInbox();
    const received: number[] = [];
    listener.nats.subscribe(subject, {
      callback: (_error, { data }) => {
        received.push(data.length);
      },
    });
    await awaitInterest(listener.nats, [client.nats]);
    const limit = raiseLimit(client, 2);
    client.nats.publish(subject, patterned(limit + 1));
    await client.nats.closed();
    // The -ERR itself may get lost: the server resets a connection of which it leaves bytes unread.
    const { connections } = await readMonitor(monitorUrl(MONITORED), 'connz?state=closed');
    expect(connections.find(({ name }) => name === 'big')?.reason).toBe('Maximum Message Payload Exceeded');
    await listener.nats.flush();
    expect(received).toEqual([]);
  });
});

/** Makes nats.js assume a limit that is this many times the server's, which it returns. */
function raiseLimit({ nats: { info } }: Client, factor: number): number {
  if (info === undefined) throw new Error('the client is connected, so it has an INFO');
  const limit = info.max_payload;
  Object.assign(info, { max_payload: limit * factor });
  return limit;
}

/** Bytes that never repeat a sequence, so that lost or moved ones are detected. */
function patterned(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff;
  return bytes;
}
