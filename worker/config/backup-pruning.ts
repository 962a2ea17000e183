// Removes what a restore of the configuration no longer takes: versions and parts of the audit log that many newer ones have
// followed. Only of the store that writes here: whose the others are, and whether they are needed, nobody knows.

import { numbersOf, partPrefix } from './backup-format.ts';
import { MOST_OBJECTS, pages } from './backup-reading.ts';
import { inTime } from './bucket-call.ts';

const DAY_MS = 24 * 3_600_000;

/** R2 deletes no more at once. */
const DELETED_AT_ONCE = 1_000;

/** How much a restore takes, and how long the rest stays. */
export interface Kept {
  readonly versions: number;
  readonly keepDays: number;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Deletes the objects that have been beyond what a restore takes for `keepDays`. Costs a listing for each of the three parts.
 *
 * @returns how many were deleted
 * @throws Error if the bucket does not answer
 */
export async function pruneBackup(
  bucket: R2Bucket,
  cluster: string,
  store: string,
  { versions, keepDays, now }: Kept,
): Promise<number> {
  const most = { versions, ...MOST_OBJECTS };
  const before = now - keepDays * DAY_MS;
  let deleted = 0;
  for (const part of ['versions', 'changes', 'audit'] as const) {
    const prefix = partPrefix(cluster, store, part);
    const objects: R2Object[] = [];
    for await (const page of pages(bucket, { prefix })) objects.push(...page.objects);
    const gone = beyond(objects, most[part], before);
    for (let at = 0; at < gone.length; at += DELETED_AT_ONCE) {
      await inTime(bucket.delete(gone.slice(at, at + DELETED_AT_ONCE)), `deleting from ${prefix}`);
    }
    deleted += gone.length;
  }
  return deleted;
}

/** Each left what a restore takes when the one was written that is so many places after it. */
function beyond(objects: readonly R2Object[], most: number, before: number): readonly string[] {
  const ours = objects.filter(({ key }) => numbersOf(key).length > 0);
  return ours.flatMap(({ key }, place) => {
    const pushedOut = ours[place + most];
    return pushedOut !== undefined && pushedOut.uploaded.getTime() < before ? [key] : [];
  });
}
