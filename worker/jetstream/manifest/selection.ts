// What a restore takes: which segments, which of their messages, and what it says beforehand. Pure; a time has become a
// sequence before (bucket/point-in-time.ts), since only the messages know when they were stored.

import { backedUp, covered, type Gaps, gapsOf, lastCovered, liveIn } from './coverage.ts';
import { count, cutAt, liveRanges, merged, within, without } from './extent.ts';
import type { Epoch } from './manifest.ts';
import { type FullMoment, fullMoments } from './moments.ts';
import type { ConsumerBackup, Extent, JsonObject, SegmentHeader, StoredSegment } from './segment-header.ts';

/** Up to where: neither is the latest. */
export interface RestorePoint {
  /** As the stream was at this time, by the backup's and the server's clocks; ms since the epoch. */
  readonly at?: number;
  /** As the stream was when this message was its last. */
  readonly seq?: number;
}

/** A segment, and whether all of its messages are restored. */
export interface SelectedSegment extends StoredSegment {
  readonly whole: boolean;
  /** How many of its messages are restored. */
  readonly take: number;
}

export interface Selection {
  readonly extent: Extent;
  readonly config: JsonObject;
  /** Rolled back to their ack floors, and to the last message that is restored. */
  readonly consumers: readonly ConsumerBackup[];
  /** Names of those that had been delivered more than they had acknowledged without gaps: some of it comes again. */
  readonly rewound: readonly string[];
  readonly messages: number;
  /** About: subjects, headers and bodies. */
  readonly bytes: number;
  readonly segments: readonly SelectedSegment[];
  /** Messages that the stream had at the time and the backup lacks. */
  readonly gaps: Gaps<StoredSegment>;
  /** The moment it was made from; undefined if nothing had been written before the point. */
  readonly writtenAt: number | undefined;
}

export type SelectionResult =
  | { readonly ok: true; readonly selection: Selection }
  /** `problem`: why there is nothing to restore, as a sentence. */
  | { readonly ok: false; readonly problem: string };

/**
 * @param segments all of an epoch, with their whole headers, in their order
 * @param point a time says how the stream was; which messages had been stored by then is given by `upTo`
 * @param upTo the last sequence to restore, if the point is a time
 */
export function select(
  epoch: Epoch,
  segments: readonly StoredSegment[],
  point: RestorePoint = {},
  upTo: number = point.seq ?? Number.MAX_SAFE_INTEGER,
): SelectionResult {
  const headers = segments.map(({ header }) => header);
  const moments = fullMoments(epoch, headers);
  const oldest = moments[0];
  const moment = momentOf(moments, point);
  if (moment === undefined && oldest !== undefined && oldest.index > 0) {
    return { ok: false, problem: tooOld(epoch, oldest) };
  }
  const last = Math.min(lastCovered(headers), upTo);
  const latest = moment?.extent ?? beforeFirst(epoch, headers);
  const extent = backedUp(cutAt(goneOn(latest, last, moments, headers), upTo), last);
  const live = liveRanges(extent);
  // Before anything was written the epoch itself says how they were; once it is folded, it says how they were later.
  const consumers = moment?.consumers ?? (epoch.nextIndex === 0 ? epoch.consumers : []);
  const selected = segments.flatMap((segment): SelectedSegment[] => {
    const take = Math.min(liveIn(live, segment.header), segment.header.messages);
    return take === 0 ? [] : [{ ...segment, take, whole: take === segment.header.messages }];
  });
  return {
    ok: true,
    selection: {
      extent,
      config: moment?.config ?? oldest?.config ?? epoch.config,
      consumers: consumers.map((consumer) => rolledBack(consumer, extent.lastSeq)),
      rewound: consumers
        .filter((consumer) => isRewound(consumer, extent.lastSeq))
        .map((consumer) => consumer.name),
      messages: selected.reduce((sum, { take }) => sum + take, 0),
      bytes: Math.round(
        selected.reduce((sum, { take, header }) => sum + (header.bytes * take) / header.messages, 0),
      ),
      segments: selected,
      gaps: gapsOf(extent, segments),
      writtenAt: moment?.writtenAt,
    },
  };
}

/** The last moment that is not after the point. */
function momentOf(moments: readonly FullMoment[], { at, seq }: RestorePoint): FullMoment | undefined {
  let lastSeq = 0;
  let found: FullMoment | undefined;
  for (const moment of moments) {
    lastSeq = Math.max(lastSeq, moment.last);
    if (at !== undefined && moment.writtenAt > at) break;
    if (seq !== undefined && lastSeq > seq) break;
    found = moment;
  }
  return found;
}

/**
 * As nats-server's own snapshot of a cluster has it: what may not have been acknowledged is delivered again, and no
 * consumer is ahead of the stream. Numbers of deliveries stay, since a filtered consumer has its own.
 */
function rolledBack({ name, config, ackFloor }: ConsumerBackup, lastSeq: number): ConsumerBackup {
  const position = { consumer: ackFloor.consumer, stream: Math.min(ackFloor.stream, lastSeq) };
  return { name, config, delivered: position, ackFloor: position };
}

function isRewound({ config, delivered, ackFloor }: ConsumerBackup, lastSeq: number): boolean {
  return config.ack_policy !== 'none' && Math.min(delivered.stream, lastSeq) > ackFloor.stream;
}

/** Of a stream of which nothing is known but its messages. */
function beforeFirst(epoch: Epoch, headers: readonly SegmentHeader[]): Extent {
  const first = headers.find(({ messages }) => messages > 0)?.first;
  return first === undefined ? epoch.extent : { firstSeq: first, lastSeq: first - 1, deleted: [] };
}

/**
 * An extent with the messages that came after its moment, up to `last`. What of them was deleted is known from the next
 * moment that has them: it may have been deleted after the point, by no more than it takes to write a segment.
 */
function goneOn(
  latest: Extent,
  last: number,
  moments: readonly FullMoment[],
  headers: readonly SegmentHeader[],
): Extent {
  const from = latest.lastSeq + 1;
  if (last < from) return latest;
  const next = moments.find((moment) => moment.last >= last)?.extent ?? latest;
  const gone = without([[from, last]], liveRanges({ ...next, lastSeq: Math.max(next.lastSeq, last) }));
  // Before `next.firstSeq` are messages that have been dropped since, but also some that had gone before they were read.
  const neverRead = without(gone, covered(headers));
  const deleted = merged([...latest.deleted, ...within(next.deleted, from, last), ...neverRead]);
  return { ...latest, lastSeq: last, deleted };
}

function tooOld(epoch: Epoch, oldest: FullMoment): string {
  return (
    `The backup of this stream reaches back to ${new Date(oldest.writtenAt).toISOString()} ` +
    `(message ${oldest.last}, epoch ${epoch.id}); what was before is no longer kept (jetstream.backup.keepDays).`
  );
}

/** How many messages a selection lacks. */
export function lackingOf({ gaps }: Pick<Selection, 'gaps'>): number {
  return count(gaps.between) + gaps.within.reduce((sum, { missing }) => sum + missing, 0);
}
