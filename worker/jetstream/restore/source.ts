// What a restore is made from: a backup in the bucket, up to a point.

import { archiveOf, stateOf } from '../bucket/archive-of.ts';
import type { BackupBucket } from '../bucket/backup-bucket.ts';
import { BackupError } from '../bucket/backup-error.ts';
import { selectFrom } from '../bucket/point-in-time.ts';
import type { Epoch, Manifest, StreamName } from '../manifest/manifest.ts';
import { lackingOf, type RestorePoint, type Selection } from '../manifest/selection.ts';

export interface RestoreSource {
  readonly name: StreamName;
  readonly selection: Selection;
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
  const epoch = stored === undefined ? undefined : epochAt(stored.manifest, point);
  if (epoch === undefined) throw new BackupError('missing', 'there is none', { name });
  const result = await selectFrom(bucket, name, epoch, point);
  if (!result.ok) throw new BackupError('missing', result.problem, { name });
  const { selection } = result;
  const lacking = lackingOf(selection);
  if (lacking > 0) {
    const [hole] = selection.gaps.between;
    const where = hole === undefined ? '' : `, the first is ${hole[0]}`;
    throw new BackupError('incomplete', `${lacking} messages are missing${where}: a segment was lost`, {
      name,
    });
  }
  return { name, selection };
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

/** The stream's life that a point is in: the one that was written at that time. */
export function epochAt({ epochs }: Manifest, { at }: RestorePoint): Epoch | undefined {
  if (at === undefined) return epochs.at(-1);
  return epochs.findLast(({ begunAt }) => begunAt <= at) ?? epochs[0];
}
