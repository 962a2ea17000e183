// Retention in the bucket: folded segments of which the stream has had nothing for `keepDays` are dropped from the
// manifest, and those of which it has had little are written again without the rest. The objects go with the next sweep.

import { crc32c } from '../../s2/crc32c.ts';
import type { ArchiveEntry } from '../archive/entry.ts';
import { filterSegment } from '../archive/filter-segment.ts';
import { type ContentSummary, encodeSegmentHeader, SegmentSummarizer } from '../archive/segment.ts';
import { currentEpoch } from '../manifest/epochs.ts';
import { foldedKey } from '../manifest/keys.ts';
import type { StreamName } from '../manifest/manifest.ts';
import { momentsOf } from '../manifest/moments.ts';
import { keeps, type RetentionPlan, retained, retentionPlan } from '../manifest/retention.ts';
import type { SegmentSummary, StoredSegment } from '../manifest/segment-header.ts';
import { type BackupBucket, damaged, type StoredManifest } from './backup-bucket.ts';

/**
 * @param now ms since the epoch
 * @returns the new manifest; `stored` if there was nothing to do; undefined if another writer was faster
 * @throws BackupError; the backup is as it was
 */
export async function retain(
  bucket: BackupBucket,
  stored: StoredManifest,
  { keepDays, now }: { readonly keepDays: number; readonly now: number },
): Promise<StoredManifest | undefined> {
  const { manifest } = stored;
  const epoch = currentEpoch(manifest);
  if (epoch === undefined) return stored;
  const headers = [];
  for (const segment of epoch.folded) headers.push((await bucket.header(manifest, segment)).header);
  const plan = retentionPlan(epoch, headers, { keepDays, now });
  if (plan === undefined) return stored;
  const made = new Map<string, StoredSegment<SegmentSummary>>();
  for (const segment of plan.thinned) made.set(segment.key, await thin(bucket, manifest, segment, plan));
  const next = retained(manifest, epoch, plan, made);
  const etag = await bucket.save(next, stored.etag);
  return etag === undefined ? undefined : { manifest: next, etag };
}

/** Reads the segment twice: its new header comes first and says how much is left. */
async function thin(
  bucket: BackupBucket,
  name: StreamName,
  segment: StoredSegment<SegmentSummary>,
  plan: RetentionPlan,
): Promise<StoredSegment<SegmentSummary>> {
  const kept = (entry: ArchiveEntry) => keeps(plan, entry.sequence);
  const summarizer = new SegmentSummarizer();
  let size = 0;
  try {
    for await (const chunk of filterSegment(bucket.body(name, segment), (entry) => {
      if (!kept(entry)) return false;
      summarizer.add(entry);
      return true;
    })) {
      size += chunk.length;
    }
  } catch (cause) {
    throw damaged(name, segment.key, cause);
  }
  const header = await thinnedHeader(bucket, name, segment, { plan, summary: summarizer.summary });
  const chunk = encodeSegmentHeader(header);
  const key = foldedKey(name, header.epoch, {
    first: header.first,
    last: header.last,
    checksum: crc32c(chunk),
  });
  async function* pieces() {
    yield chunk;
    yield* filterSegment(bucket.body(name, segment), kept);
  }
  await bucket.putStream(name, key, pieces(), chunk.length + size);
  return { key, size: chunk.length + size, header };
}

/** Without the moments before the horizon: of what the stream had then, messages are gone. */
async function thinnedHeader(
  bucket: BackupBucket,
  name: StreamName,
  segment: StoredSegment<SegmentSummary>,
  { plan, summary }: { readonly plan: RetentionPlan; readonly summary: ContentSummary },
) {
  const { header } = await bucket.header(name, segment);
  const history = momentsOf(header);
  const firstKept = Math.max(
    0,
    history.findLastIndex(({ writtenAt }) => writtenAt <= plan.horizon),
  );
  const known = history.slice(0, firstKept + 1);
  const config = known.findLast((moment) => moment.config)?.config;
  const consumers = known.findLast((moment) => moment.consumers)?.consumers;
  const [first, ...rest] = history.slice(firstKept);
  return {
    ...header,
    ...summary,
    history:
      first === undefined
        ? []
        : [
            {
              ...first,
              ...(config === undefined ? {} : { config }),
              ...(consumers === undefined ? {} : { consumers }),
            },
            ...rest,
          ],
  };
}
