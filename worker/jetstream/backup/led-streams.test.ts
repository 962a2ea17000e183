import { expect, test } from 'vitest';
import { bytesBehind, type LedJsz, ledPositions } from './led-streams.ts';

/** As nats-server 2.15.1 answers `/jsz`, in part. */
const JSZ: LedJsz = {
  account_details: [
    {
      id: '$G',
      stream_detail: [
        {
          ...{ name: 'FULL', created: '1', config: {} },
          state: { messages: 1_000, bytes: 2_000_000, first_seq: 1, last_seq: 6_000, consumer_count: 0 },
        },
        {
          ...{ name: 'EMPTY', created: '1', config: {} },
          state: { messages: 0, bytes: 0, first_seq: 1, last_seq: 0, consumer_count: 0 },
        },
      ],
    },
  ],
};

test('how far streams have come, and how large their messages are', () => {
  expect(ledPositions(JSZ)).toEqual([
    { account: '$G', stream: 'FULL', lastSeq: 6_000, messageBytes: 2_000 },
    { account: '$G', stream: 'EMPTY', lastSeq: 0, messageBytes: 0 },
  ]);
  expect(ledPositions({})).toEqual([]);
});

test('what is not written is as many messages of the average size', () => {
  const [full, empty] = ledPositions(JSZ);
  expect(full && bytesBehind(full, 5_000)).toBe(2_000_000);
  expect(full && bytesBehind(full, 7_000)).toBe(0);
  expect(empty && bytesBehind(empty, 0)).toBe(0);
});
