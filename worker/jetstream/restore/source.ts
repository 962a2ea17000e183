// What a restore is made from: a backup in the bucket, up to a point.

import { archiveOf, stateOf } from '../bucket/archive-of.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import { BackupError } from '../bucket/backup-error.ts';
import { selectFrom } from '../bucket/point-in-time.ts';
import { count, liveRanges } from '../manifest/extent.ts';
import type { Epoch, Manifest, StreamName } from '../manifest/manifest.ts';
import type { Extent, SegmentHeader } from '../manifest/segment-header.ts';
import { lackingOf, type RestorePoint, type Selection } from '../manifest/selection.ts';

export interface RestoreSource {
  readonly name: StreamName;
  readonly selection: Selection;
  /** Which epoch it is from, in words, if it is not the newest; or that there is nothing in it. */
  readonly remark?: string;
}

/**
 * Reads what there is; of the segments, their headers only.
 *
 * @throws BackupError if there is no backup, or it lacks messages
 */
export async function sourceFrom(
  bucket: BackupBucket,
  name: StreamName,
  point: RestorePoint = {},
): Promise<RestoreSource> {
  const stored = await bucket.load(name);
  const epoch = stored && (await epochFor(bucket, stored.manifest, point));
  if (stored === undefined || epoch === undefined) throw new BackupError('none', 'there is none', { name });
  const result = await selectFrom(bucket, name, epoch, point);
  if (!result.ok) throw new BackupError('none', result.problem, { name });
  const { selection } = result;
  const lacking = lackingOf(selection);
  if (lacking > 0) {
    const [hole] = selection.gaps.between;
    const where = hole === undefined ? '' : `, the first is ${hole[0]}`;
    throw new BackupError('incomplete', `${lacking} messages are missing${where}: a segment was lost`, {
      name,
    });
  }
  const remark = emptyRemark(epoch, selection, point) ?? epochRemark(stored.manifest, epoch, point);
  return { name, selection, ...(remark !== undefined && { remark }) };
}

/** That an epoch is not the newest, and why it is taken all the same; undefined for the newest. */
export function epochRemark(
  { epochs }: Pick<Manifest, 'epochs'>,
  { id, begunAt }: Pick<Epoch, 'id' | 'begunAt'>,
  { at }: RestorePoint,
): string | undefined {
  const newest = epochs.at(-1);
  if (newest === undefined || newest.id === id) return undefined;
  const taken = `from epoch ${id}, begun ${timeText(begunAt)}, which is not the newest`;
  if (at !== undefined && at < newest.begunAt) return `${taken}: it is the one of that time`;
  return `${taken}: epoch ${newest.id}, begun ${timeText(newest.begunAt)}, lacks messages that the stream has had since`;
}

/** Of a stream that had messages, that none is there; undefined if there is something. */
function emptyRemark(
  { id, extent }: Epoch,
  { writtenAt }: Selection,
  { at, seq }: RestorePoint,
): string | undefined {
  const messages = count(liveRanges(extent));
  if (messages === 0 || writtenAt !== undefined || at !== undefined || seq !== undefined) return undefined;
  return `of ${messages} messages that the stream had when epoch ${id} began nothing is there`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** The archive that nats-server restores. @param consumers whether they are in it */
export function archiveFrom(
  bucket: BackupBucket,
  { name, selection }: RestoreSource,
  consumers: Selection['consumers'] = selection.consumers,
): AsyncIterable<Uint8Array> {
  return archiveOf(bucket, name, { ...selection, consumers }, Date.now());
}

/** What the restore request says of the stream. */
export function requestStateOf({ selection }: RestoreSource, consumers: number): object {
  return { ...stateOf(selection), consumer_count: consumers };
}

/**
 * The stream's life that a point is in: the last that was begun by then. One that has only begun to be written does not
 * count, as long as it lacks most of what the one before has: after a restore a stream is a new one, of which all is
 * written again.
 */
export async function epochFor(
  bucket: BackupBucket,
  manifest: Manifest,
  { at = Number.POSITIVE_INFINITY }: RestorePoint,
): Promise<Epoch | undefined> {
  const [first] = manifest.epochs;
  const begun = manifest.epochs.filter(({ begunAt }) => begunAt <= at);
  for (const epoch of begun.toReversed()) {
    if (epoch === first) break;
    const segments = (await bucket.segments(manifest, epoch)).map(({ header }) => header);
    if (
      hasCaughtUp(
        epoch,
        segments.filter(({ writtenAt }) => writtenAt <= at),
      )
    )
      return epoch;
  }
  return first;
}

/** Whether all that the stream had was in its backup at some time. */
export function hasCaughtUp(
  { extent, nextIndex }: Pick<Epoch, 'extent' | 'nextIndex'>,
  segments: readonly Pick<SegmentHeader, 'last' | 'extent'>[],
): boolean {
  // Without messages there was nothing to write. What has been folded was written long ago.
  if (lastLiveIn(extent) === 0 || nextIndex > 0) return true;
  let last = 0;
  return segments.some((segment) => {
    last = Math.max(last, segment.last);
    return lastLiveIn(segment.extent) <= last;
  });
}

/** Those behind it were deleted: nobody will ever write them. 0 if none is there. */
function lastLiveIn(extent: Extent): number {
  return liveRanges(extent).at(-1)?.[1] ?? 0;
}
