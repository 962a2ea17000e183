// What goes wrong with a backup in the bucket, with the stream and the object it concerns.

import type { StreamName } from '../manifest/manifest.ts';

/**
 * - `none`: there is no backup, or none that reaches back so far
 * - `missing`: an object that should be there is not
 * - `damaged`: it is not what was written
 * - `incomplete`: an archive would lack messages
 * - `unavailable`: R2 could not be asked, or refused
 */
export type BackupProblem = 'none' | 'missing' | 'damaged' | 'incomplete' | 'unavailable';

export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly problem: BackupProblem;
  readonly stream: string | undefined;
  readonly key: string | undefined;

  constructor(
    problem: BackupProblem,
    what: string,
    {
      name,
      key,
      cause,
    }: { readonly name: StreamName | undefined; readonly key?: string | undefined; readonly cause?: unknown },
  ) {
    const whose =
      name === undefined ? 'Backups' : `Backup of stream ${name.stream} (account ${name.account})`;
    super(
      `${whose}: ${what}${key === undefined ? '' : ` [${key}]`}`,
      cause === undefined ? undefined : { cause },
    );
    this.problem = problem;
    this.stream = name?.stream;
    this.key = key;
  }
}

/** Whether an error says that what is in the bucket is not what was written, though it answers. */
export function isDamage(error: unknown): error is BackupError {
  return error instanceof BackupError && (error.problem === 'damaged' || error.problem === 'missing');
}
