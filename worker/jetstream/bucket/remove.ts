// Removes the whole backup of a stream. A stream of its name may be made at any moment, and its backup begin: so the manifest
// is emptied by compare-and-set first, which only one of the two can do, and what is written from then on stays.

import { currentEpoch } from '../manifest/epochs.ts';
import { manifestKey, streamPrefix } from '../manifest/keys.ts';
import type { Manifest, StreamName } from '../manifest/manifest.ts';
import type { BackupBucket } from './backup-bucket.ts';
import { sweep } from './sweep.ts';

/**
 * - `removed`: nothing of it is left
 * - `begun`: what is left was written in the last hour, and goes when it is older
 * - `in use`: it has begun anew since the stream was deleted, or is just beginning
 */
export type Removed = 'removed' | 'begun' | 'in use';

/**
 * @param deletedAt when the stream was deleted, ms since the epoch: what was begun later, as by an import, is of another
 * @param now ms since the epoch
 * @throws BackupError if R2 fails, or the manifest can't be read: whose objects those are is then unknown
 */
export async function removeBackup(
  bucket: BackupBucket,
  name: StreamName,
  { deletedAt, now }: { readonly deletedAt: number; readonly now: number },
): Promise<Removed> {
  const stored = await bucket.load(name);
  if (stored !== undefined && (currentEpoch(stored.manifest)?.begunAt ?? 0) > deletedAt) return 'in use';
  const manifest: Manifest = { format: 1, ...namesOf(name), epochs: [] };
  const isEmpty = stored === undefined || stored.manifest.epochs.length === 0;
  const etag = isEmpty ? stored?.etag : await bucket.save(manifest, stored.etag);
  if (etag === undefined && stored !== undefined) return 'in use';
  await sweep(bucket, { manifest, etag: etag ?? '' }, now);
  const key = manifestKey(name);
  const left = await bucket.list(name, streamPrefix(name));
  if (left.some((object) => object.key !== key)) return 'begun';
  // In the moment between these two a backup could begin: it would begin anew, with all of its stream, at its next load.
  if ((await bucket.load(name))?.etag !== etag) return 'in use';
  await bucket.remove(name, [key]);
  return 'removed';
}

function namesOf({ cluster, account, stream }: StreamName): StreamName {
  return { cluster, account, stream };
}
