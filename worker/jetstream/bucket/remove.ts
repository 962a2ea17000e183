// Removes the whole backup of a stream. A stream of its name may be made at any moment, and its backup begin: so the manifest
// is emptied by compare-and-set first, which only one of the two can do, and what is written from then on stays.

import { currentEpoch } from '../manifest/epochs.ts';
import { epochPrefix, manifestKey, streamPrefix } from '../manifest/keys.ts';
import type { Epoch, Manifest, StreamName } from '../manifest/manifest.ts';
import { SWEEP_AFTER_MS } from '../manifest/retention.ts';
import type { BackupBucket } from './backup-bucket.ts';
import { isDamage } from './backup-error.ts';
import { sweep } from './sweep.ts';

/**
 * - `removed`: nothing of it is left
 * - `begun`: what is left was written in the last hour, and goes when it is older
 * - `in use`: it has begun anew since the stream was deleted, or is just beginning
 */
export type Removed = 'removed' | 'begun' | 'in use';

/**
 * Removes what is older than an hour: whoever reads or writes it may not know yet that it goes.
 *
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
  const manifest = emptyManifest(name);
  const isEmpty = stored === undefined || stored.manifest.epochs.length === 0;
  const etag = isEmpty ? stored?.etag : await bucket.save(manifest, stored.etag);
  if (etag === undefined && stored !== undefined) return 'in use';
  await sweep(bucket, { manifest, etag: etag ?? '' }, now);
  return removeManifest(bucket, name, etag);
}

/** What a removal by hand came to: how many objects are gone, and their bytes. */
export interface RemovedAtOnce {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Removes all that is there now, however young it is. A manifest that can't be read goes with it.
 *
 * @param whyNot asked once it is known what there is, so that no stream can begin to use it unseen: why it stays
 * @param now ms since the epoch
 * @returns `none` if there is nothing; `in use` if it began anew meanwhile; `{ refused }` with the answer of `whyNot`
 * @throws BackupError if R2 fails; it can be tried again
 */
export async function removeAtOnce(
  bucket: BackupBucket,
  name: StreamName,
  { whyNot, now }: { readonly whyNot: () => Promise<string | undefined>; readonly now: number },
): Promise<RemovedAtOnce | { readonly refused: string } | 'none' | 'in use'> {
  const found = await foundManifest(bucket, name);
  const objects = await bucket.list(name, streamPrefix(name));
  if (objects.length === 0) return 'none';
  const refused = await whyNot();
  if (refused !== undefined) return { refused };
  const etag = await bucket.save(emptyManifest(name), found?.etag);
  if (etag === undefined) return 'in use';
  // Whoever begins from now on writes what is not among these.
  const gone = objects.filter(({ key, uploaded }) => {
    if (key === manifestKey(name)) return false;
    const isOld = uploaded.getTime() < now - SWEEP_AFTER_MS;
    return isOld || isOfManifest(name, found, key);
  });
  await bucket.remove(
    name,
    gone.map(({ key }) => key),
  );
  await removeManifest(bucket, name, etag);
  const manifests = found === undefined ? 0 : 1;
  return { objects: gone.length + manifests, bytes: gone.reduce((sum, { size }) => sum + size, 0) };
}

interface FoundManifest {
  readonly etag: string;
  /** Undefined if it can't be read. */
  readonly epochs: readonly Epoch[] | undefined;
}

async function foundManifest(bucket: BackupBucket, name: StreamName): Promise<FoundManifest | undefined> {
  try {
    const stored = await bucket.load(name);
    return stored && { etag: stored.etag, epochs: stored.manifest.epochs };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const etag = await bucket.etagOf(name);
    return etag === undefined ? undefined : { etag, epochs: undefined };
  }
}

/** Without a manifest, or beside its epochs, what is young may be of an import that is under way. */
function isOfManifest(name: StreamName, found: FoundManifest | undefined, key: string): boolean {
  if (found === undefined) return false;
  const { epochs = [] } = found;
  return epochs.length === 0 || epochs.some(({ id }) => key.startsWith(epochPrefix(name, id)));
}

/** Unless there is anything else still. @param etag of the emptied manifest; undefined if there is none */
async function removeManifest(
  bucket: BackupBucket,
  name: StreamName,
  etag: string | undefined,
): Promise<Removed> {
  const key = manifestKey(name);
  const left = await bucket.list(name, streamPrefix(name));
  if (left.some((object) => object.key !== key)) return 'begun';
  // In the moment between these two a backup could begin: it would begin anew, with all of its stream, at its next load.
  if ((await bucket.load(name))?.etag !== etag) return 'in use';
  await bucket.remove(name, [key]);
  return 'removed';
}

function emptyManifest({ cluster, account, stream }: StreamName): Manifest {
  return { format: 1, cluster, account, stream, epochs: [] };
}
