// Folds the log of a stream's backup, in steps of which each leaves a backup that restores: first the folded objects,
// then the manifest that names them, and an hour later the objects that were folded go (sweep.ts).

import { crc32c } from '../../s2/crc32c.ts';
import { wholeSegment } from '../archive/filter-segment.ts';
import { encodeSegmentHeader } from '../archive/segment.ts';
import { backupStateOf } from '../manifest/backup-state.ts';
import { currentEpoch } from '../manifest/epochs.ts';
import {
  FOLD_SEGMENTS,
  type FoldGroup,
  type FoldPlan,
  folded,
  foldedHeader,
  foldPlan,
} from '../manifest/fold.ts';
import { foldedKey } from '../manifest/keys.ts';
import type { Epoch, Manifest, StreamName } from '../manifest/manifest.ts';
import type { SegmentHeader, SegmentSummary, StoredSegment } from '../manifest/segment-header.ts';
import { type BackupBucket, damaged, type StoredManifest } from './backup-bucket.ts';
import { BackupError } from './backup-error.ts';

/**
 * Folds what there is to fold in the last epoch, as of `stored`.
 *
 * @param now ms since the epoch
 * @param atLeast so many segments of the log: fewer stay as they are
 * @returns the new manifest; `stored` if there was nothing to fold; undefined if another writer was faster: load it again
 * @throws BackupError; the backup is as it was
 */
export async function fold(
  bucket: BackupBucket,
  stored: StoredManifest,
  { now, atLeast = FOLD_SEGMENTS }: { readonly now: number; readonly atLeast?: number },
): Promise<StoredManifest | undefined> {
  const { manifest, etag } = stored;
  const epoch = currentEpoch(manifest);
  if (epoch === undefined) return stored;
  const state = backupStateOf(epoch, await bucket.log(manifest, epoch));
  refuseMissing(manifest, state.missingIndexes);
  const plan = foldPlan(state, atLeast);
  if (plan === undefined) return stored;
  const made = await carryOut(bucket, manifest, epoch, plan);
  const next = folded(manifest, { state, plan, made, now });
  const nextEtag = await bucket.save(next, etag);
  return nextEtag === undefined ? undefined : { manifest: next, etag: nextEtag };
}

async function carryOut(
  bucket: BackupBucket,
  manifest: Manifest,
  epoch: Epoch,
  plan: FoldPlan,
): Promise<StoredSegment<SegmentSummary>[]> {
  const made: StoredSegment<SegmentSummary>[] = [];
  let before: Pick<SegmentHeader, 'config' | 'consumers'> = {};
  for (const group of plan.groups) {
    const { stored, header } = await make(bucket, manifest, epoch, group, before);
    made.push(stored);
    before = {
      ...before,
      ...(header.config === undefined ? {} : { config: header.config }),
      ...(header.consumers === undefined ? {} : { consumers: header.consumers }),
    };
  }
  return made;
}

async function make(
  bucket: BackupBucket,
  name: StreamName,
  epoch: Epoch,
  group: FoldGroup,
  before: Pick<SegmentHeader, 'config' | 'consumers'>,
): Promise<{ stored: StoredSegment<SegmentSummary>; header: SegmentHeader }> {
  const headers: SegmentHeader[] = [];
  // Of the messages of all segments, without their headers.
  let size = 0;
  for (const segment of group.segments) {
    const chunk = await bucket.headerChunk(name, segment);
    headers.push(chunk.header);
    size += segment.size - chunk.size;
  }
  const header = foldedHeader({ ...epoch, ...before }, headers);
  const [only] = group.segments;
  if (!group.copied && only !== undefined) return { stored: only, header };
  return { stored: await putFolded(bucket, name, { header, size }, group.segments), header };
}

/** Writes the messages of segments as one, under a header. */
async function putFolded(
  bucket: BackupBucket,
  name: StreamName,
  { header, size: messagesSize }: { readonly header: SegmentHeader; readonly size: number },
  segments: readonly StoredSegment<SegmentSummary>[],
): Promise<StoredSegment<SegmentSummary>> {
  const chunk = encodeSegmentHeader(header);
  const { first, last, epoch } = header;
  const key = foldedKey(name, epoch, { first, last, checksum: crc32c(chunk) });
  const size = chunk.length + messagesSize;
  await bucket.putStream(name, key, piecesOf(bucket, name, chunk, segments), size);
  return { key, size, header };
}

async function* piecesOf(
  bucket: BackupBucket,
  name: StreamName,
  chunk: Uint8Array,
  segments: readonly StoredSegment<SegmentSummary>[],
): AsyncGenerator<Uint8Array> {
  yield chunk;
  for (const segment of segments) {
    let messages = 0;
    try {
      yield* wholeSegment(bucket.body(name, segment), (count) => {
        messages += count;
      });
    } catch (cause) {
      throw damaged(name, segment.key, cause);
    }
    if (messages === segment.header.messages) continue;
    throw new BackupError(
      'damaged',
      `a segment has ${messages} messages in place of ${segment.header.messages}`,
      {
        name,
        key: segment.key,
      },
    );
  }
}

function refuseMissing(name: StreamName, missing: readonly (readonly [number, number])[]): void {
  const [range] = missing;
  if (range === undefined) return;
  throw new BackupError(
    'missing',
    `segments ${range[0]} to ${range[1]} of its log are missing, though later ones are there; begin a new epoch`,
    { name },
  );
}
