// Reading backups from the bucket for an answer: a backup by the names in a path, and the answers for when there is no
// bucket, no such backup, or the bucket fails.

import type { ErrorCode } from '../../api/errors.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import { BackupError, type BackupProblem } from '../jetstream/bucket/backup-error.ts';
import type { Manifest, StreamName } from '../jetstream/manifest/manifest.ts';

/** A request whose route names a stream. */
export interface StreamRequest extends Request {
  readonly params: { readonly account?: string; readonly stream?: string };
}

/** Longer than any name that nats-server takes. */
const MAX_NAME_CHARS = 255;

/** Answers with what `read` makes of the bucket. */
export async function fromBucket(
  { env }: EdgeContext,
  read: (bucket: BackupBucket) => Promise<Response>,
): Promise<Response> {
  if (env.BACKUPS === undefined) {
    return errorResponse(
      'no_bucket',
      'this deployment has no bucket for backups: bind BACKUPS in wrangler.toml (docs/backup.md)',
    );
  }
  try {
    return await read(new BackupBucket(env.BACKUPS));
  } catch (error) {
    if (error instanceof BackupError) return backupErrorResponse(error);
    throw error;
  }
}

const CODES: Readonly<Record<BackupProblem, ErrorCode>> = {
  none: 'no_such_backup',
  missing: 'backup_damaged',
  damaged: 'backup_damaged',
  incomplete: 'backup_damaged',
  unavailable: 'bucket_unavailable',
};

/** Also for what the Keeper says of a backup: errors lose their class on their way from it. */
export function backupErrorResponse({
  problem,
  message,
}: Pick<BackupError, 'problem' | 'message'>): Response {
  return errorResponse(CODES[problem], message);
}

/** Answers about the backup that the path names. */
export function fromBackup(
  request: StreamRequest,
  edge: EdgeContext,
  answer: (found: { readonly bucket: BackupBucket; readonly manifest: Manifest }) => Promise<Response>,
): Promise<Response> {
  return withName(request, edge, (name) =>
    fromBucket(edge, async (bucket) => {
      const found = await bucket.load(name);
      if (found === undefined) return noSuchBackup(name);
      return answer({ bucket, manifest: found.manifest });
    }),
  );
}

/** Answers with the stream that the path names, or that it names none. */
export async function withName(
  { params }: StreamRequest,
  { config }: EdgeContext,
  answer: (name: StreamName) => Promise<Response>,
): Promise<Response> {
  const [account, stream] = [nameIn(params.account), nameIn(params.stream)];
  if (account === undefined || stream === undefined) {
    return errorResponse(
      'bad_request',
      'the path has to name an account and a stream, percent-encoded: /api/backups/%24G/ORDERS',
    );
  }
  return answer({ cluster: config.cluster, account, stream });
}

function nameIn(part = ''): string | undefined {
  try {
    const name = decodeURIComponent(part);
    return name === '' || name.length > MAX_NAME_CHARS || /[\s/]/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

export function noSuchBackup({ account, stream }: StreamName): Response {
  const words = `there is no backup of the stream ${JSON.stringify(stream)} of the account ${JSON.stringify(account)}`;
  return errorResponse('no_such_backup', words);
}
