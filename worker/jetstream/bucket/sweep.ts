// Deletes what a manifest no longer needs: objects that were folded, objects that a writer left when it was killed between
// two steps, epochs that have expired.
//
// It waits for an hour, and so the log cannot be forked: a stale writer that knows an index from less than half an hour
// ago can't find it free because it was folded and deleted meanwhile. So a writer that has neither written nor loaded its
// stream's manifest for half an hour must load it before it writes (`KNOWN_FOR_MS`).

import { epochPrefix, foldedRangeOf, logIndexOf, streamPrefix } from '../manifest/keys.ts';
import type { Epoch, FoldedSegment, Manifest } from '../manifest/manifest.ts';
import { expiredEpochs, SWEEP_AFTER_MS, withoutEpochs } from '../manifest/retention.ts';
import type { BackupBucket, StoredManifest } from './backup-bucket.ts';

/** For so long a writer may rely on what it knows of a log: from its last load or successful append on. */
export const KNOWN_FOR_MS = SWEEP_AFTER_MS / 2;

/**
 * Deletes objects of a stream that were not written in the last hour and that its manifest does not need. Costs a listing;
 * deleting costs nothing.
 *
 * @param stored just loaded: with an older one, objects of a newer manifest could be deleted
 * @param now ms since the epoch
 * @returns how many objects were deleted
 */
export async function sweep(
  bucket: BackupBucket,
  { manifest }: StoredManifest,
  now: number,
): Promise<number> {
  const objects = await bucket.list(manifest, streamPrefix(manifest));
  const gone = objects
    .filter(({ key, uploaded }) => uploaded.getTime() < now - SWEEP_AFTER_MS && !isNeeded(manifest, key, now))
    .map(({ key }) => key);
  await bucket.remove(manifest, gone);
  return gone.length;
}

function isNeeded(manifest: Manifest, key: string, now: number): boolean {
  if (key.endsWith('/manifest.json')) return true;
  const epoch = manifest.epochs.find(({ id }) => key.startsWith(epochPrefix(manifest, id)));
  if (epoch === undefined) return false;
  if (epoch.folded.some((segment) => segment.key === key)) return true;
  // Folded, but perhaps not for long enough: who reads it now may have begun before.
  const into = foldedInto(epoch, key);
  return into === 'not yet' || (into !== undefined && into.foldedAt >= now - SWEEP_AFTER_MS);
}

/** The segment of the manifest that an object was folded into; undefined if there is none, or no longer. */
function foldedInto(epoch: Epoch, key: string): FoldedSegment | 'not yet' | undefined {
  const index = logIndexOf(key);
  if (index !== undefined) {
    return index >= epoch.nextIndex ? 'not yet' : epoch.folded.find(({ header }) => header.index >= index);
  }
  const range = foldedRangeOf(key);
  return range && epoch.folded.find(({ header }) => header.first <= range.first && header.last >= range.last);
}

/**
 * Drops epochs that ended more than `keepDays` ago; their objects go with the next sweep.
 *
 * @returns the manifest as it is then; undefined if another writer was faster
 */
export async function dropExpired(
  bucket: BackupBucket,
  stored: StoredManifest,
  { keepDays, now }: { readonly keepDays: number; readonly now: number },
): Promise<StoredManifest | undefined> {
  const gone = expiredEpochs(stored.manifest, keepDays, now);
  if (gone.length === 0) return stored;
  const manifest = withoutEpochs(stored.manifest, gone);
  const etag = await bucket.save(manifest, stored.etag);
  return etag === undefined ? undefined : { manifest, etag };
}
