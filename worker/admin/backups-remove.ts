// `DELETE /api/backups/{account}/{stream}` and its dry run: a backup whose stream is gone is removed for good. The Keeper
// knows whether it is, and removes it.

import type { RemovalPlan, Removed } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import type { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { streamPrefix } from '../jetstream/manifest/keys.ts';
import type { StreamName } from '../jetstream/manifest/manifest.ts';
import type { Caller } from './admin-route.ts';
import { aroundOf } from './backups-around.ts';
import { backupOf } from './backups-read.ts';
import {
  backupErrorResponse,
  fromBucket,
  noSuchBackup,
  type StreamRequest,
  withName,
} from './from-bucket.ts';
import { fromKeeper } from './from-keeper.ts';

/** `POST /api/backups/{account}/{stream}/delete/dry-run` */
export function planRemoval(request: StreamRequest, edge: EdgeContext): Promise<Response> {
  return withObjects(request, edge, (bucket, name) =>
    fromKeeper(
      edge.env,
      (keeper) => keeper.whyNotRemove(name),
      async (refused) => {
        const around = await aroundOf(edge);
        const backup = await backupOf(bucket, name, around.of(name));
        return Response.json({ backup, refused: refused ?? null } satisfies RemovalPlan);
      },
    ),
  );
}

/** `DELETE /api/backups/{account}/{stream}` */
export function removeBackup(
  request: StreamRequest,
  edge: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  return withObjects(request, edge, (_bucket, name) => {
    const { account, stream } = name;
    caller.note({ detail: `delete the backup of ${stream} of ${account}` });
    return fromKeeper(
      edge.env,
      (keeper) => keeper.removeBackup({ account, stream }),
      (removal) => {
        if (removal.ok) {
          const { objects, bytes } = removal;
          caller.note({ detail: `delete the backup of ${stream} of ${account}: ${objects} objects` });
          return Response.json({ account, stream, objects, size: bytes } satisfies Removed);
        }
        const { problem, message } = removal;
        if (problem === 'none') return noSuchBackup(name);
        return problem === 'kept' ? inUse(name, message) : backupErrorResponse({ problem, message });
      },
    );
  });
}

function inUse({ account, stream }: StreamName, why: string): Response {
  const words = `the backup of the stream ${JSON.stringify(stream)} of the account ${JSON.stringify(account)} stays: ${why}`;
  return errorResponse('backup_in_use', words);
}

/** Answers about whatever there is in the bucket, be it without a manifest, or one that can't be read. */
function withObjects(
  request: StreamRequest,
  edge: EdgeContext,
  answer: (bucket: BackupBucket, name: StreamName) => Promise<Response>,
): Promise<Response> {
  return withName(request, edge, (name) =>
    fromBucket(edge, async (bucket) =>
      (await bucket.hasObjects(name, streamPrefix(name))) ? answer(bucket, name) : noSuchBackup(name),
    ),
  );
}
