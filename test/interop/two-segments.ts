// An archive of two segments, with a gap between them, a deleted message at the end, and a consumer.

import { type ArchivedConsumer, headOf, tailOf } from '../../worker/jetstream/archive/archive-files.ts';
import type { ArchiveEntry } from '../../worker/jetstream/archive/entry.ts';
import { encodeSegment } from '../../worker/jetstream/archive/segment.ts';
import type { Extent } from '../../worker/jetstream/manifest/segment-header.ts';

/** The message n was stored n ns later. */
export const NOW_NS = 1_780_000_000_123_456_789n;
const EXTENT: Extent = {
  firstSeq: 3,
  lastSeq: 10,
  deleted: [
    [5, 5],
    [10, 10],
  ],
};

const utf8 = new TextEncoder();

/** Its `state.json`. */
export const STATE = {
  messages: 6,
  bytes: 100,
  first_seq: EXTENT.firstSeq,
  first_ts: '2026-05-28T20:26:40Z',
  last_seq: EXTENT.lastSeq,
  last_ts: '2026-05-28T20:26:40Z',
};

export function archiveOfTwoSegments(): Uint8Array {
  const consumer: ArchivedConsumer = {
    config: { name: 'worker', durable_name: 'worker', ack_policy: 'explicit', deliver_policy: 'all' },
    state: {
      delivered: { consumer_seq: 2, stream_seq: 4 },
      ack_floor: { consumer_seq: 2, stream_seq: 4 },
    },
  };
  return Buffer.concat([
    headOf(STATE, [consumer], NOW_NS),
    encodeSegment(contextOf(EXTENT, 0), [3, 4].map(messageOf)),
    encodeSegment(contextOf(EXTENT, 1), [6, 7, 8, 9].map(messageOf)),
    tailOf(),
  ]);
}

function messageOf(sequence: number): ArchiveEntry {
  return {
    name: `orders.${sequence}`,
    header: utf8.encode(sequence % 2 === 0 ? 'NATS/1.0\r\nKind: even\r\n\r\n' : ''),
    payload: utf8.encode(`body ${sequence}`),
    timestampNs: NOW_NS + BigInt(sequence),
    sequence,
  };
}

export function contextOf(extent: Extent, index: number) {
  return { format: 1, epoch: 'e1', index, extent, writer: 'eu', writtenAt: 1_780_000_000_000 } as const;
}
