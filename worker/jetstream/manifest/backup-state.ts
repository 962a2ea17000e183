// How far the backup of an epoch has come: what the manifest and the log that follows it say together. The writer goes on
// from it, a restore of the latest state is made from it, and it is shown.

import { backedUp, type Gaps, gapsOf, lastCovered } from './coverage.ts';
import { count, liveRanges } from './extent.ts';
import type { Epoch } from './manifest.ts';
import type {
  ConsumerBackup,
  Extent,
  JsonObject,
  SegmentHeader,
  SegmentSummary,
  SequenceRanges,
  StoredSegment,
} from './segment-header.ts';

export interface BackupState {
  readonly epoch: Epoch;
  /** What can be restored: without what was stored, but is not backed up yet. */
  readonly extent: Extent;
  /** Of the stream when the last segment was written; it may be ahead of `extent`. */
  readonly streamExtent: Extent;
  readonly config: JsonObject;
  readonly consumers: readonly ConsumerBackup[];
  /** Messages that can be restored. */
  readonly messages: number;
  /** Of all segments, deleted messages included: subjects, headers and bodies. */
  readonly bytes: number;
  /** Of all objects, in bytes. */
  readonly storedBytes: number;
  /** Folded ones and those of the log, in the order of their messages. */
  readonly segments: readonly StoredSegment<SegmentSummary>[];
  /** Where the writer goes on: the index of its next segment. */
  readonly nextIndex: number;
  /** The last message that is backed up; undefined if there never was one. */
  readonly lastMessage: { readonly sequence: number; readonly timestampNs: bigint } | undefined;
  /** When the last segment was written, or the epoch began: ms since the epoch. */
  readonly writtenAt: number;
  /** Messages that the stream has and the segments lack. */
  readonly gaps: Gaps<StoredSegment<SegmentSummary>>;
  /** Indexes of the log of which there is no segment, though there is one after them. */
  readonly missingIndexes: SequenceRanges;
}

/** A segment of a log of which only the last is known whole. `config` and `consumers` of the others are then unknown. */
export type LogSegment = StoredSegment<SegmentSummary & Partial<SegmentHeader>>;

/**
 * @param log the segments of its log from `nextIndex` on; those before it are ignored. At least the last has its extent
 */
export function backupStateOf(epoch: Epoch, log: readonly LogSegment[]): BackupState {
  const fresh = log
    .filter(({ header }) => header.index >= epoch.nextIndex)
    .toSorted((a, b) => a.header.index - b.header.index);
  const segments: StoredSegment<SegmentSummary>[] = [...epoch.folded, ...fresh];
  const headers = segments.map(({ header }) => header);
  const streamExtent = fresh.at(-1)?.header.extent ?? epoch.extent;
  const extent = backedUp(streamExtent, lastCovered(headers));
  const gaps = gapsOf(extent, segments);
  const lost = count(gaps.between) + gaps.within.reduce((sum, { missing }) => sum + missing, 0);
  const lastWithMessages = headers.findLast(({ messages }) => messages > 0);
  return {
    epoch,
    extent,
    streamExtent,
    config: fresh.findLast(({ header }) => header.config)?.header.config ?? epoch.config,
    consumers: fresh.findLast(({ header }) => header.consumers)?.header.consumers ?? epoch.consumers,
    messages: count(liveRanges(extent)) - lost,
    bytes: headers.reduce((sum, { bytes }) => sum + bytes, 0),
    storedBytes: segments.reduce((sum, { size }) => sum + size, 0),
    segments,
    nextIndex: (fresh.at(-1)?.header.index ?? epoch.nextIndex - 1) + 1,
    lastMessage: lastWithMessages && {
      sequence: lastWithMessages.last,
      timestampNs: BigInt(lastWithMessages.lastTimestamp),
    },
    writtenAt: headers.at(-1)?.writtenAt ?? epoch.begunAt,
    gaps,
    missingIndexes: missingIndexes(epoch.nextIndex, fresh),
  };
}

function missingIndexes(from: number, log: readonly LogSegment[]): SequenceRanges {
  const missing: [number, number][] = [];
  let expected = from;
  for (const { header } of log) {
    if (header.index > expected) missing.push([expected, header.index - 1]);
    expected = header.index + 1;
  }
  return missing;
}
