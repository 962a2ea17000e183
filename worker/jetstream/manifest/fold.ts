// Folding: many small segments become one, so that their number, and the reads of a restore, stay small. A segment of the
// log that is large already is taken over as it is. Pure: what to do, and what the manifest says afterwards.

import type { BackupState } from './backup-state.ts';
import { withEpoch } from './epochs.ts';
import type { Epoch, FoldedSegment, Manifest } from './manifest.ts';
import { type FullMoment, fullMoments } from './moments.ts';
import {
  type Moment,
  type SegmentHeader,
  type SegmentSummary,
  type StoredSegment,
  summaryOf,
} from './segment-header.ts';

/** Half an hour of a stream that is always active. Folding takes four writes and listings: 2% more operations. */
export const FOLD_SEGMENTS = 180;

/** A segment of this size is not copied: that would cost more than it saves. */
export const LARGE_BYTES = 4 * 2 ** 20;

/** Folded segments that are smaller than this may be folded once more. */
export const FOLDED_BYTES = 64 * 2 ** 20;

/** So many small folded segments in a row are folded once more. */
const REFOLD_SEGMENTS = 60;

/** The history of a folded segment is read whole: it is kept to about this length, the oldest moments are dropped. */
export const HISTORY_BYTES = 2 ** 20;

/** Neighbours that become one object; a single one stays as it is. */
export interface FoldGroup {
  readonly segments: readonly StoredSegment<SegmentSummary>[];
  /** Whether the messages are copied into a new object. */
  readonly copied: boolean;
}

/** What is to be folded: the log up to now, or folded segments of the manifest; undefined if there is nothing to do. */
export interface FoldPlan {
  readonly kind: 'log' | 'folded';
  readonly groups: readonly FoldGroup[];
}

/** @param atLeast so many segments of the log: fewer stay as they are */
export function foldPlan(
  { epoch, segments }: BackupState,
  atLeast: number = FOLD_SEGMENTS,
): FoldPlan | undefined {
  const log = segments.slice(epoch.folded.length);
  if (log.length >= atLeast && log.length > 0) return { kind: 'log', groups: groupsOf(log) };
  const small = epoch.folded.findIndex((_, n) => {
    const run = epoch.folded.slice(n, n + REFOLD_SEGMENTS);
    return run.length === REFOLD_SEGMENTS && run.every(({ size }) => size < LARGE_BYTES);
  });
  if (small < 0) return undefined;
  const run = epoch.folded.slice(small, small + REFOLD_SEGMENTS);
  return { kind: 'folded', groups: [{ segments: run, copied: true }] };
}

function groupsOf(log: readonly StoredSegment<SegmentSummary>[]): FoldGroup[] {
  const groups: FoldGroup[] = [];
  let open: StoredSegment<SegmentSummary>[] = [];
  let openBytes = 0;
  const close = () => {
    if (open.length > 0) groups.push({ segments: open, copied: true });
    open = [];
    openBytes = 0;
  };
  for (const segment of log) {
    if (segment.size >= LARGE_BYTES) {
      close();
      groups.push({ segments: [segment], copied: false });
      continue;
    }
    if (openBytes + segment.size > FOLDED_BYTES) close();
    open.push(segment);
    openBytes += segment.size;
  }
  close();
  return groups;
}

/**
 * The header of the segment that others are folded into.
 *
 * @param headers of those, in their order
 * @param before how the stream was before the first of them, as far as is known
 */
export function foldedHeader(
  epoch: Epoch,
  headers: readonly SegmentHeader[],
  before?: Pick<FullMoment, 'config' | 'consumers'>,
): SegmentHeader {
  const last = headers.at(-1);
  if (last === undefined) throw new RangeError('Nothing can be made of no segments.');
  const withMessages = headers.filter(({ messages }) => messages > 0);
  const moments = fullMoments({ ...epoch, ...before }, headers);
  const { config, consumers } = moments.at(-1) as FullMoment;
  const final = withMessages.at(-1);
  return {
    format: 1,
    epoch: epoch.id,
    index: last.index,
    first: withMessages[0]?.first ?? 0,
    last: final?.last ?? 0,
    messages: headers.reduce((sum, { messages }) => sum + messages, 0),
    bytes: headers.reduce((sum, { bytes }) => sum + bytes, 0),
    firstAt: withMessages[0]?.firstAt ?? 0,
    lastAt: final?.lastAt ?? 0,
    lastTimestamp: final?.lastTimestamp ?? '0',
    extent: last.extent,
    config,
    consumers,
    writer: last.writer,
    writtenAt: last.writtenAt,
    history: historyOf(moments),
  };
}

/** Moments that repeat what the one before them said don't say it again; the oldest are dropped if they are too many. */
function historyOf(moments: readonly FullMoment[]): Moment[] {
  const kept: Moment[] = [];
  let length = 0;
  for (let n = moments.length - 1; n >= 0; n--) {
    const moment = shortened(moments[n] as FullMoment, moments[n - 1]);
    length += JSON.stringify(moment).length;
    // The newest stays whatever its length: it is how the stream was at the end.
    if (length > HISTORY_BYTES && kept.length > 0) {
      kept[0] = moments[n + 1] as FullMoment;
      return kept;
    }
    kept.unshift(moment);
  }
  if (moments[0] !== undefined) kept[0] = moments[0];
  return kept;
}

function shortened(moment: FullMoment, before: FullMoment | undefined): Moment {
  const { config, consumers, ...rest } = moment;
  return {
    ...rest,
    ...(config === before?.config ? {} : { config }),
    ...(consumers === before?.consumers ? {} : { consumers }),
  };
}

/**
 * The manifest once a plan was carried out.
 *
 * @param made the objects of the plan's groups, in their order
 * @param now ms since the epoch
 */
export function folded(
  manifest: Manifest,
  {
    state,
    plan,
    made,
    now,
  }: {
    readonly state: BackupState;
    readonly plan: FoldPlan;
    readonly made: readonly StoredSegment<SegmentSummary>[];
    readonly now: number;
  },
): Manifest {
  const { epoch } = state;
  const entries: FoldedSegment[] = made.map(({ key, size, header }) => ({
    key,
    size,
    header: summaryOf(header),
    foldedAt: now,
  }));
  if (plan.kind === 'log') {
    return withEpoch(manifest, {
      ...epoch,
      folded: [...epoch.folded, ...entries],
      nextIndex: (entries.at(-1)?.header.index ?? epoch.nextIndex - 1) + 1,
      config: state.config,
      consumers: state.consumers,
      extent: state.streamExtent,
    });
  }
  const gone = new Set(plan.groups.flatMap(({ segments }) => segments.map(({ key }) => key)));
  const place = epoch.folded.findIndex(({ key }) => gone.has(key));
  const rest = epoch.folded.filter(({ key }) => !gone.has(key));
  return withEpoch(manifest, { ...epoch, folded: rest.toSpliced(place, 0, ...entries) });
}
