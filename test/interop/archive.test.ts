// What is put together from segments is restored by the real nats-server, and what it makes is read.

import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headOf, tailOf } from '../../worker/jetstream/archive/archive-files.ts';
import type { ArchiveEntry } from '../../worker/jetstream/archive/entry.ts';
import { readArchive } from '../../worker/jetstream/archive/read-archive.ts';
import { encodeSegment } from '../../worker/jetstream/archive/segment.ts';
import {
  type JetStreamServer,
  restoreArchive,
  snapshotOf,
  startJetStreamServer,
} from './jetstream-server.ts';
import { archiveOfTwoSegments, contextOf, NOW_NS, STATE } from './two-segments.ts';

let server: JetStreamServer;
beforeAll(async () => {
  server = await startJetStreamServer();
});
afterAll(() => server.close());

describe.each([StorageType.File, StorageType.Memory])(
  'an archive of two segments, into %s storage',
  (storage) => {
    const name = `RESTORED-${storage}`;

    beforeAll(async () => {
      await restoreArchive(server, configOf(name, storage), archiveOfTwoSegments());
    });

    test('has the sequences, also those of deleted messages at its end', async () => {
      const { state } = await (await jetstreamManager(server.nats)).streams.info(name, {
        deleted_details: true,
      });
      expect(state).toMatchObject({ messages: 6, first_seq: 3, last_seq: 10, deleted: [5, 10] });
    });

    test('has subjects, bodies, headers and times', async () => {
      const stream = await jetstream(server.nats).streams.get(name);
      const message = await stream.getMessage({ seq: 4 });
      expect(message?.subject).toBe('orders.4');
      expect(message?.string()).toBe('body 4');
      expect(message?.header.get('Kind')).toBe('even');
      expect(nanosecondsOf(message?.timestamp)).toBe(NOW_NS + 4n);
      expect(await stream.getMessage({ seq: 5 })).toBeNull();
    });

    test('has its consumer, which goes on where it was', async () => {
      const consumer = await jetstream(server.nats).consumers.get(name, 'worker');
      const next = await consumer.next();
      expect(next?.seq).toBe(6);
      expect(next?.info.deliverySequence).toBe(3);
    });

    test('goes on with the next sequence', async () => {
      expect((await jetstream(server.nats).publish(`${name}.more`, 'more')).seq).toBe(11);
    });
  },
);

test('an archive without its end is refused, and so is one whose bytes have changed', async () => {
  const whole = archiveOfTwoSegments();
  const cut = whole.subarray(0, whole.length - tailOf().length);
  await expect(restoreArchive(server, configOf('CUT'), cut)).rejects.toThrow('restore failed');
  const changed = whole.slice();
  changed[whole.length - 40] = (changed[whole.length - 40] ?? 0) ^ 1;
  await expect(restoreArchive(server, configOf('CHANGED'), changed)).rejects.toThrow('restore failed');
});

describe('an archive that the server makes', () => {
  test('is read: messages, headers, times, consumers, though it is compressed', async () => {
    const manager = await jetstreamManager(server.nats);
    await manager.streams.add({ name: 'SOURCE', subjects: ['source.>'] });
    await manager.consumers.add('SOURCE', { durable_name: 'reader', ack_policy: 'explicit' });
    const js = jetstream(server.nats);
    const bodies = Array.from({ length: 500 }, (_, n) => bodyOf(n));
    for (const [n, body] of bodies.entries()) {
      const kind = headers();
      kind.set('Number', String(n));
      await js.publish(`source.${n}`, body, { headers: kind });
    }
    await manager.streams.deleteMessage('SOURCE', 7);
    const archive = await snapshotOf(server, 'SOURCE');
    const content = bodies.reduce((sum, body) => sum + body.length, 0);
    // Otherwise the decoder was not tested.
    expect(archive.length).toBeLessThan(content / 2);

    const entries = await entriesOf(archive);
    expect(entries.slice(0, 2).map(({ name }) => name)).toEqual(['state.json', 'consumers/reader']);
    expect(jsonOf(entries[0])).toMatchObject({
      messages: 499,
      first_seq: 1,
      last_seq: 500,
      consumer_count: 1,
    });
    expect(jsonOf(entries[1])).toMatchObject({
      config: { durable_name: 'reader' },
      state: { delivered: { consumer_seq: 0, stream_seq: 0 } },
    });
    const messages = entries.slice(2);
    expect(messages.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 500 }, (_, n) => n + 1).filter((sequence) => sequence !== 7),
    );
    for (const { sequence, name, payload, header, timestampNs } of messages) {
      const stored = await manager.streams.getMessage('SOURCE', { seq: sequence });
      expect(name).toBe(`source.${sequence - 1}`);
      expect(Buffer.compare(payload, stored?.data ?? new Uint8Array())).toBe(0);
      expect(new TextDecoder().decode(header)).toBe(`NATS/1.0\r\nNumber: ${sequence - 1}\r\n\r\n`);
      expect(timestampNs).toBe(nanosecondsOf(stored?.timestamp));
    }
  });

  test('restores again from what was read', async () => {
    const messages = (await entriesOf(await snapshotOf(server, 'SOURCE'))).slice(2);
    const segment = encodeSegment(contextOf({ firstSeq: 1, lastSeq: 500, deleted: [[7, 7]] }, 0), messages);
    const head = headOf({ ...STATE, messages: 499, first_seq: 1, last_seq: 500 }, [], NOW_NS);
    await restoreArchive(server, configOf('AGAIN'), Buffer.concat([head, segment, tailOf()]));
    const again = (await entriesOf(await snapshotOf(server, 'AGAIN'))).slice(1);
    expect(again).toEqual(messages);
  });
});

function configOf(name: string, storage: StorageType = StorageType.File) {
  return { name, subjects: [`${name}.>`], storage, retention: 'limits', num_replicas: 1 };
}

/** Text that compresses in parts, by short and by long repeats. */
function bodyOf(n: number): string {
  return `${'x'.repeat(n % 90)}${n * 7919}|${'meridian '.repeat(n % 40)}${'0123456789'.repeat(n % 7 === 0 ? 4000 : 1)}`;
}

async function entriesOf(archive: Uint8Array): Promise<ArchiveEntry[]> {
  // In pieces whose borders lie anywhere.
  async function* pieces() {
    for (let at = 0; at < archive.length; at += 10_007) yield archive.subarray(at, at + 10_007);
  }
  const entries: ArchiveEntry[] = [];
  for await (const entry of readArchive(pieces())) entries.push(entry);
  return entries;
}

function jsonOf(entry: ArchiveEntry | undefined): unknown {
  return JSON.parse(new TextDecoder().decode(entry?.payload));
}

/** RFC 3339 with up to nine digits of a second, as ns since the epoch. */
function nanosecondsOf(time: string | undefined): bigint {
  const [seconds = '', fraction = ''] = (time ?? '').replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
