// `PUT /api/backups/{account}/{stream}/archive`: an archive becomes the backup of a stream that has none. It is read as
// it comes, and never held as a whole; of one that is torn, or too large, no backup comes to be.

import { ArchiveError, openArchive } from '../../api/archive.ts';
import type { Imported } from '../../api/backups.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import type { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { type ImportedArchive, importArchive } from '../jetstream/bucket/import-archive.ts';
import type { StreamName } from '../jetstream/manifest/manifest.ts';
import { messageOf } from '../message-of.ts';
import type { Caller } from './admin-route.ts';
import { fromBucket, type StreamRequest, withName } from './from-bucket.ts';

/** As large as R2 takes in one upload. Cloudflare lets 100 MB through to a Worker, or more with larger plans. */
const ARCHIVE_LIMIT_BYTES = 5 * 2 ** 30;

export function importBackup(
  request: StreamRequest,
  edge: EdgeContext,
  caller: Pick<Caller, 'note'>,
): Promise<Response> {
  return withName(request, edge, (name) =>
    fromBucket(edge, async (bucket) => {
      caller.note({ detail: `import ${name.stream} of ${name.account}` });
      if (request.body === null)
        return errorResponse('bad_archive', 'there is no body, so there is no archive');
      if ((await bucket.load(name)) !== undefined) return backupExists(name, request.body);
      return importInto(bucket, name, request.body);
    }),
  );
}

async function importInto(
  bucket: BackupBucket,
  name: StreamName,
  body: ReadableStream<Uint8Array>,
): Promise<Response> {
  const limited = new LimitedBody(body, ARCHIVE_LIMIT_BYTES);
  let outcome: ImportedArchive;
  try {
    const { meta, data } = await openArchive(limited.stream);
    outcome = await importArchive(bucket, name, { ...meta.config, name: name.stream }, data, Date.now());
  } catch (error) {
    if (limited.isExceeded) {
      return errorResponse('too_large', `the archive is larger than ${ARCHIVE_LIMIT_BYTES / 2 ** 30} GiB`);
    }
    // The decoder of the archive has an error of the same name.
    if (error instanceof ArchiveError || (error as Error).name === 'ArchiveError') {
      return errorResponse('bad_archive', messageOf(error));
    }
    throw error;
  }
  if (outcome === 'taken') return backupExists(name);
  const { account, stream } = name;
  return Response.json({ account, stream, ...outcome } satisfies Imported, { status: 201 });
}

async function backupExists({ account, stream }: StreamName, body?: ReadableStream): Promise<Response> {
  await body?.cancel();
  const words = `the stream ${JSON.stringify(stream)} of the account ${JSON.stringify(account)} has a backup: import it under another name`;
  return errorResponse('backup_exists', words);
}

/** A body that fails once it is longer than a limit: its stated length may be false. */
class LimitedBody {
  readonly stream: ReadableStream<Uint8Array>;
  isExceeded = false;

  constructor(body: ReadableStream<Uint8Array>, limitBytes: number) {
    let length = 0;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        length += chunk.byteLength;
        this.isExceeded = length > limitBytes;
        if (this.isExceeded) controller.error(new Error('too large'));
        else controller.enqueue(chunk);
      },
    });
    this.stream = body.pipeThrough(limit);
  }
}
