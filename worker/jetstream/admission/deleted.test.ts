// When a stream counts as deleted: only then is its backup removed some day.

import { describe, expect, test } from 'vitest';
import { afterEnd, afterLook, askToStart } from './admission.ts';
import { deletedBetween, isMissing, whyNotMissing } from './deleted.ts';
import type { AdmissionRecord, KnownStream, MemberState, Sighting } from './record.ts';

const REGIONS = ['a', 'b', 'c'];
const NOW = 1_000_000;
const SERVERS = REGIONS.map((id) => `nats-${id}`);
const ORDERS: KnownStream = {
  ...{ account: '$G', stream: 'ORDERS', created: '1', messages: 9, lastSeq: 9, servers: SERVERS },
};
const ALONE: KnownStream = { ...ORDERS, stream: 'ALONE', servers: ['nats-c'] };

describe('a stream was deleted', () => {
  test('when a majority that had it holds everything still, and none has it', () => {
    expect(look(formed(ORDERS), seen({ a: [], b: [], c: [] })).deleted).toEqual(['ORDERS']);
    expect(look(formed(ORDERS), seen({ a: [], b: [] })).deleted).toEqual(['ORDERS']);
    expect(look(formed(ORDERS, ALONE), seen({ a: [ORDERS], b: [ORDERS], c: [ORDERS] })).deleted).toEqual([
      'ALONE',
    ]);
  });

  test.each<[string, ReadonlyMap<string, Sighting>]>([
    ['one server has it still', seen({ a: [], b: [], c: [ORDERS] })],
    ['it was made again', seen({ a: [], b: [], c: [{ ...ORDERS, created: '2', lastSeq: 0 }] })],
    ['only one server answers', seen({ a: [] })],
    ['nobody answers', seen({})],
    ['no server runs', new Map(REGIONS.map((id) => [id, 'stopped' as const]))],
    ['they know no leader', seen({ a: [], b: [], c: [] }, false)],
  ])('but not while %s', (_what, sightings) => {
    expect(look(formed(ORDERS), sightings).deleted).toEqual([]);
  });

  test('but not if a majority has started anew since it was seen: they may have outvoted the one that had it', () => {
    // Both ended and started again between two looks.
    let record = formed(ORDERS);
    for (const region of ['a', 'b']) record = askToStart(record, region, REGIONS, NOW).record;
    const first = look(record, seen({ a: [], b: [], c: [] }));
    expect(first.deleted).toEqual([]);
    expect(look(first.after, seen({ a: [], b: [], c: [] })).deleted).toEqual([]);
  });

  test('but not if its only server has ended: its disk is empty, and it is to be restored', () => {
    const ended = afterEnd(formed(ALONE), ['c'], NOW);
    expect(look(ended, seen({ a: [], b: [] })).deleted).toEqual([]);
    const asked = askToStart(ended, 'c', REGIONS, NOW).record;
    expect(asked.orphans).toEqual([ALONE]);
    const started = look(asked, seen({ a: [], b: [], c: [] }));
    expect(started.deleted).toEqual([]);
    expect(look(started.after, seen({ a: [], b: [], c: [] })).deleted).toEqual([]);
  });

  test('but not by a loss of all servers, nor after it', () => {
    let record = afterEnd(formed(ORDERS), REGIONS, NOW);
    for (const region of REGIONS) record = askToStart(record, region, REGIONS, NOW).record;
    expect(record.loss?.streams).toEqual([ORDERS]);
    expect(look(record, seen({ a: [], b: [], c: [] })).deleted).toEqual([]);
  });
});

describe('before a backup is removed', () => {
  test.each<[string, AdmissionRecord, ReadonlyMap<string, Sighting>, boolean]>([
    ['a majority has no such stream', formed(), seen({ a: [], b: [] }), true],
    [
      'a server that joins has one',
      { ...formed(), members: members('joining') },
      seen({ a: [], b: [], c: [ORDERS] }),
      false,
    ],
    ['only one answers', formed(), seen({ a: [] }), false],
    ['it is known', formed(ORDERS), seen({ a: [], b: [], c: [] }), false],
    ['it is to be restored', { ...formed(), orphans: [ORDERS] }, seen({ a: [], b: [], c: [] }), false],
    [
      'streams are lost',
      { ...formed(), loss: { since: NOW, phase: 'restoring', streams: [] } },
      seen({ a: [], b: [], c: [] }),
      false,
    ],
  ])('it is gone if and only if %s', (_what, record, sightings, expected) => {
    expect(isMissing(record, sightings, REGIONS, ORDERS)).toBe(expected);
  });
});

describe('why a stream can not be taken for gone is said', () => {
  const all = seen({ a: [], b: [], c: [] });
  const loss = { since: NOW, phase: 'waiting', streams: [] } as const;
  test.each<[string, AdmissionRecord, ReadonlyMap<string, Sighting>, readonly string[]]>([
    ['lost with their servers', { ...formed(), loss }, all, REGIONS],
    ['is to come back', { ...formed(), orphans: [ORDERS] }, all, REGIONS],
    ['the stream exists', formed(ORDERS), all, REGIONS],
    ['the stream exists', formed(), seen({ a: [], b: [], c: [ORDERS] }), REGIONS],
    ['no leader yet', { ...formed(), isFormed: false }, all, REGIONS],
    [
      '1 of 3 JetStream servers hold everything and answer, and 2 are needed',
      formed(),
      seen({ a: [] }),
      REGIONS,
    ],
    ['0 of 3', formed(), seen({ a: [], b: [], c: [] }, false), REGIONS],
    ['no region takes part', formed(), new Map(), []],
  ])('%s', (words, record, sightings, regions) => {
    expect(whyNotMissing({ record, sightings, regions }, ORDERS)).toContain(words);
  });

  test('nothing is said of one that is', () => {
    expect(
      whyNotMissing({ record: formed(ALONE), sightings: all, regions: REGIONS }, ORDERS),
    ).toBeUndefined();
  });
});

function look(before: AdmissionRecord, sightings: ReadonlyMap<string, Sighting>) {
  const after = afterLook(before, sightings, REGIONS, NOW + 60_000);
  return { after, deleted: deletedBetween(before, after, sightings, REGIONS).map(({ stream }) => stream) };
}

function formed(...streams: readonly KnownStream[]): AdmissionRecord {
  return { isFormed: true, members: members('full'), streams };
}

function members(ofC: MemberState): AdmissionRecord['members'] {
  return { a: { state: 'full', since: 0 }, b: { state: 'full', since: 0 }, c: { state: ofC, since: 0 } };
}

/** What is seen of servers that run, by the streams that each has. Of others nothing is seen. */
function seen(held: Readonly<Record<string, readonly KnownStream[]>>, hasLeader = true) {
  return new Map(
    Object.entries(held).map(([region, streams]): [string, Sighting] => [
      region,
      {
        ...{ server: `nats-${region}`, hasLeader, groups: { _meta_: { committed: 1, applied: 1 } } },
        streams: streams.map((stream) => ({ ...stream, leader: stream.servers[0] ?? '', consumers: [] })),
      },
    ]),
  );
}
