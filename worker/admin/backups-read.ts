// Reads a backup for those who ask what it has, and `GET /api/backups/{account}/{stream}`.

import type { Backup } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { isDamage } from '../jetstream/bucket/backup-error.ts';
import { type CountedBucket, countedCalls } from '../jetstream/bucket/counted-calls.ts';
import { currentEpoch } from '../jetstream/manifest/epochs.ts';
import type { Epoch, StreamName } from '../jetstream/manifest/manifest.ts';
import { messageOf } from '../message-of.ts';
import {
  backupView,
  detailView,
  type Known,
  lacksItsBeginning,
  type ReadEpoch,
  unreadableBackup,
} from './backup-view.ts';
import { aroundOf } from './backups-around.ts';
import { fromBackup, noSuchBackup, type StreamRequest } from './from-bucket.ts';

/** A request that makes 1,000 calls of R2 fails as a whole. */
const MOST_CALLS = 950;

/** From then on an epoch's segments are not read one by one: its log may have 200. */
const WHOLE_CALLS = 500;

/** In short. One that cannot be read does not hide the others. */
export async function backupOf(bucket: BackupBucket, name: StreamName, known: Known): Promise<Backup> {
  const { account, stream } = name;
  try {
    const manifest = (await bucket.load(name))?.manifest;
    const epoch = manifest && currentEpoch(manifest);
    if (manifest === undefined || epoch === undefined) {
      const words =
        manifest === undefined ? 'there are objects of it, but no manifest' : 'it is being removed';
      return unreadableBackup({ account, stream }, words, known);
    }
    const latest = { epoch, log: await bucket.logInShort(manifest, epoch) };
    const earlier = lacksItsBeginning(latest) ? manifest.epochs.at(-2) : undefined;
    const before = earlier && (await readEarlier(earlier, () => bucket.logInShort(manifest, earlier)));
    return backupView(manifest, latest, known, before);
  } catch (error) {
    return unreadableBackup({ account, stream }, messageOf(error), known);
  }
}

/** `GET /api/backups/{account}/{stream}` */
export function showBackup(request: StreamRequest, edge: EdgeContext): Promise<Response> {
  return fromBackup(request, edge, async ({ bucket: { r2 }, manifest }) => {
    const around = await aroundOf(edge);
    const latest = currentEpoch(manifest);
    if (latest === undefined) return noSuchBackup(manifest);
    const counted = countedCalls(r2, MOST_CALLS);
    const epochs: ReadEpoch[] = [];
    for (const epoch of manifest.epochs.slice(0, -1)) {
      epochs.push(await readEarlier(epoch, () => logOf(counted, manifest, epoch)));
    }
    epochs.push({ epoch: latest, log: await logOf(counted, manifest, latest) });
    return Response.json(detailView(manifest, epochs, around.of(manifest)));
  });
}

/** Each of its segments as it is, as long as there are calls left for that. */
function logOf({ r2, made }: CountedBucket, name: StreamName, epoch: Epoch): Promise<ReadEpoch['log']> {
  const bucket = new BackupBucket(r2);
  return made() < WHOLE_CALLS ? bucket.log(name, epoch) : bucket.logInShort(name, epoch);
}

/** One that is damaged does not hide those after it. */
async function readEarlier(epoch: Epoch, log: () => Promise<ReadEpoch['log']>): Promise<ReadEpoch> {
  try {
    return { epoch, log: await log() };
  } catch (error) {
    if (isDamage(error)) return { epoch, log: [], problem: error.message };
    throw error;
  }
}
