// What a restore takes, where the stream changed between two segments.

import { describe, expect, test } from 'vitest';
import { backupStateOf } from './backup-state.ts';
import { beginEpoch, currentEpoch } from './epochs.ts';
import type { Extent, SegmentHeader, StoredSegment } from './segment-header.ts';
import { select } from './selection.ts';

const NAME = { cluster: 'c', account: 'a', stream: 's' };

function epochOf(extent: Extent = { firstSeq: 1, lastSeq: 0, deleted: [] }) {
  const manifest = beginEpoch(NAME, undefined, {
    id: 'e1',
    created: '2026-05-28T20:26:40Z',
    reason: 'new',
    now: 0,
    config: { name: 's' },
    consumers: [],
    extent,
  });
  const epoch = currentEpoch(manifest);
  if (epoch === undefined) throw new Error('no epoch');
  return epoch;
}

function segment(
  index: number,
  content: Pick<SegmentHeader, 'first' | 'last' | 'messages' | 'extent'> & Partial<SegmentHeader>,
) {
  const header: SegmentHeader = {
    format: 1,
    epoch: 'e1',
    index,
    bytes: content.messages * 10,
    firstAt: index * 1000,
    lastAt: index * 1000 + 900,
    lastTimestamp: '0',
    writer: 'eu',
    writtenAt: index * 1000 + 999,
    ...content,
  };
  return { key: `k${index}`, size: 100, header } satisfies StoredSegment;
}

const CONSUMER = {
  name: 'worker',
  config: { durable_name: 'worker' },
  delivered: { consumer: 9, stream: 18 },
  ackFloor: { consumer: 8, stream: 15 },
};

const FIRST = segment(0, {
  first: 1,
  last: 10,
  messages: 10,
  extent: { firstSeq: 1, lastSeq: 10, deleted: [] },
});
const SECOND = segment(1, {
  first: 11,
  last: 20,
  messages: 8,
  extent: { firstSeq: 4, lastSeq: 30, deleted: [[12, 13]] },
  consumers: [CONSUMER],
});

function selected(
  segments: readonly StoredSegment[],
  ...rest: Parameters<typeof select> extends [unknown, unknown, ...infer R] ? R : never
) {
  const result = select(epochOf(), segments, ...rest);
  if (!result.ok) throw new Error(result.problem);
  return result.selection;
}

describe('the latest', () => {
  test('ends where the backup ends, though the stream was ahead, and consumers go back to their ack floors', () => {
    const { extent, messages, segments, gaps, consumers } = selected([FIRST, SECOND]);
    expect(extent).toEqual({ firstSeq: 4, lastSeq: 20, deleted: [[12, 13]] });
    expect(messages).toBe(15);
    expect(segments.map(({ whole, take }) => [whole, take])).toEqual([
      [false, 7],
      [true, 8],
    ]);
    expect(gaps).toEqual({ between: [], within: [] });
    expect(consumers).toEqual([{ ...CONSUMER, delivered: CONSUMER.ackFloor }]);
  });

  test('says which consumers had been delivered more than they had acknowledged without gaps', () => {
    expect(selected([FIRST, SECOND]).rewound).toEqual(['worker']);
    const consumers = [
      { ...CONSUMER, delivered: CONSUMER.ackFloor },
      { ...CONSUMER, config: { ...CONSUMER.config, ack_policy: 'none' } },
    ];
    const settled = { ...SECOND, header: { ...SECOND.header, consumers } };
    expect(selected([FIRST, settled]).rewound).toEqual([]);
  });

  test('of a purged stream has no message, and its sequences go on', () => {
    const purged = segment(2, {
      first: 0,
      last: 0,
      messages: 0,
      extent: { firstSeq: 31, lastSeq: 30, deleted: [] },
    });
    const { extent, messages, segments } = selected([FIRST, SECOND, purged]);
    expect(extent).toEqual({ firstSeq: 31, lastSeq: 30, deleted: [] });
    expect([messages, segments]).toEqual([0, []]);
  });

  test('says what it lacks: between segments, and within one', () => {
    const short = segment(2, {
      first: 25,
      last: 30,
      messages: 4,
      extent: { firstSeq: 1, lastSeq: 30, deleted: [[12, 13]] },
    });
    const { gaps, messages } = selected([FIRST, SECOND, short]);
    expect(gaps.between).toEqual([[21, 24]]);
    expect(gaps.within.map(({ segment: { key }, missing }) => [key, missing])).toEqual([['k2', 2]]);
    expect(messages).toBe(22);
  });

  test('of a stream of which nothing is backed up yet is empty, and begins where it begins', () => {
    const epoch = epochOf({ firstSeq: 1000, lastSeq: 2000, deleted: [] });
    expect(select(epoch, [])).toMatchObject({
      ok: true,
      selection: { extent: { firstSeq: 1000, lastSeq: 999, deleted: [] }, messages: 0 },
    });
    const state = backupStateOf(epoch, []);
    expect([state.messages, state.nextIndex, state.lastMessage]).toEqual([0, 0, undefined]);
    const { messages } = backupStateOf(epochOf({ firstSeq: 0, lastSeq: 0, deleted: [] }), []);
    expect(messages).toBe(0);
  });
});

describe('consumers of a stream of which no segment was written, since it is empty', () => {
  const begun = { ...epochOf({ firstSeq: 31, lastSeq: 30, deleted: [] }), consumers: [CONSUMER] };

  test('are those that it began with', () => {
    expect(select(begun, [])).toMatchObject({
      ok: true,
      selection: {
        extent: { firstSeq: 31, lastSeq: 30 },
        consumers: [{ ...CONSUMER, delivered: CONSUMER.ackFloor }],
      },
    });
  });

  test('are unknown once the epoch is folded: it then says how they were later', () => {
    const later = segment(5, { first: 1, last: 9, messages: 9, extent: begun.extent, writtenAt: 9_000 });
    const first = { ...later, header: { ...later.header, index: 0 } };
    expect(select({ ...begun, nextIndex: 6 }, [first], { at: 10 }, 0)).toMatchObject({
      selection: { consumers: [] },
    });
  });
});

describe('a point between two segments', () => {
  test('has what the segment before knew, without messages that were deleted before they were read', () => {
    const { extent, messages, gaps, consumers } = selected([FIRST, SECOND], { seq: 15 });
    expect(extent).toEqual({ firstSeq: 1, lastSeq: 15, deleted: [[12, 13]] });
    expect(messages).toBe(13);
    expect(gaps).toEqual({ between: [], within: [] });
    // When message 15 was the last, it was not known yet.
    expect(consumers).toEqual([]);
  });

  test('after the last segment is the latest, but no consumer is ahead of what is restored', () => {
    const ahead = { ...CONSUMER, ackFloor: { consumer: 30, stream: 28 } };
    const second = { ...SECOND, header: { ...SECOND.header, consumers: [ahead] } };
    const { extent, consumers } = selected([FIRST, second], { at: 99_999 }, 20);
    expect(extent.lastSeq).toBe(20);
    expect(consumers[0]?.ackFloor).toEqual({ consumer: 30, stream: 20 });
    expect(consumers[0]?.delivered).toEqual({ consumer: 30, stream: 20 });
  });
});
