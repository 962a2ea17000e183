// Retention: what of a backup may go, since the stream has not had it for so long. Pure.

import { withEpoch } from './epochs.ts';
import { count, liveRanges, within } from './extent.ts';
import type { Epoch, Manifest } from './manifest.ts';
import { momentsOf } from './moments.ts';
import {
  type Extent,
  type SegmentHeader,
  type SegmentSummary,
  type StoredSegment,
  summaryOf,
} from './segment-header.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** From this part of deleted messages on, a segment is written again without them. */
const DEAD_SHARE = 0.5;

/** How long objects that were folded, or that no manifest names, stay: see `BackupBucket.sweep`. */
export const SWEEP_AFTER_MS = 60 * 60 * 1000;

/** Ended so long ago that none of their messages is kept. The last epoch never is one of them. */
export function expiredEpochs({ epochs }: Manifest, keepDays: number, now: number): Epoch[] {
  const horizon = now - keepDays * DAY_MS;
  return epochs.filter((_, n) => (epochs[n + 1]?.begunAt ?? Number.POSITIVE_INFINITY) < horizon);
}

/** The manifest without some of its epochs. */
export function withoutEpochs(manifest: Manifest, gone: readonly Epoch[]): Manifest {
  const ids = new Set(gone.map(({ id }) => id));
  return { ...manifest, epochs: manifest.epochs.filter(({ id }) => !ids.has(id)) };
}

/** What of an epoch's folded segments may go. */
export interface RetentionPlan {
  /** All of their messages are gone from the stream. */
  readonly dropped: readonly StoredSegment<SegmentSummary>[];
  /** Many are: to be written again with those that `keeps` names, and with the moments since `horizon` only. */
  readonly thinned: readonly StoredSegment<SegmentSummary>[];
  /** How the stream was at the horizon: what it had then, and what came later, is kept. */
  readonly extent: Extent;
  /** ms since the epoch. */
  readonly horizon: number;
}

/**
 * @param headers whole ones, of the epoch's folded segments
 * @returns undefined if there is nothing to do
 */
export function retentionPlan(
  epoch: Epoch,
  headers: readonly SegmentHeader[],
  { keepDays, now }: { readonly keepDays: number; readonly now: number },
): RetentionPlan | undefined {
  const horizon = now - keepDays * DAY_MS;
  const extent = headers.flatMap(momentsOf).findLast(({ writtenAt }) => writtenAt <= horizon)?.extent;
  if (extent === undefined) return undefined;
  const dropped: StoredSegment<SegmentSummary>[] = [];
  const thinned: StoredSegment<SegmentSummary>[] = [];
  const live = liveRanges({ ...extent, lastSeq: Number.MAX_SAFE_INTEGER });
  for (const segment of epoch.folded) {
    const { messages, first, last, writtenAt } = segment.header;
    if (writtenAt > horizon) break;
    const kept = messages === 0 ? 0 : count(within(live, first, last));
    if (kept === 0) dropped.push(segment);
    else if (kept <= messages * (1 - DEAD_SHARE)) thinned.push(segment);
  }
  return dropped.length + thinned.length === 0 ? undefined : { dropped, thinned, extent, horizon };
}

/** Whether a message stays. */
export function keeps({ extent }: RetentionPlan, sequence: number): boolean {
  if (sequence > extent.lastSeq) return true;
  return sequence >= extent.firstSeq && within(extent.deleted, sequence, sequence).length === 0;
}

/**
 * The manifest once a plan was carried out.
 *
 * @param made in place of which keys
 */
export function retained(
  manifest: Manifest,
  epoch: Epoch,
  plan: RetentionPlan,
  made: ReadonlyMap<string, StoredSegment<SegmentSummary>>,
): Manifest {
  const dropped = new Set(plan.dropped.map(({ key }) => key));
  const folded = epoch.folded
    .filter(({ key }) => !dropped.has(key))
    .map((segment) => {
      const thinned = made.get(segment.key);
      if (thinned === undefined) return segment;
      return { ...segment, key: thinned.key, size: thinned.size, header: summaryOf(thinned.header) };
    });
  return withEpoch(manifest, { ...epoch, folded });
}
