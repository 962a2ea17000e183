// Watches a restore or a verification until it ends, with a progress bar.

import type { Job } from '../api/backups.ts';
import type { AdminClient } from './admin-client.ts';
import { bytesText } from './backup-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './printable.ts';
import { type WatchOptions, watchUntilOver } from './watch-until-over.ts';

/** @returns the job, done. @throws CommandError if it failed. At Ctrl-C it says that the job goes on. */
export function waitForJob(
  client: Pick<AdminClient, 'job'>,
  started: Job,
  options: WatchOptions = {},
): Promise<Job> {
  const { id, kind } = started;
  const isOver = (job: Job) => {
    if (job.state === 'failed') throw failed(job);
    return job.state === 'done';
  };
  const goesOn = `The ${WORDS[kind]} goes on: \`regions backup jobs ${id}\` shows how far it is.`;
  return watchUntilOver(
    { started, look: () => client.job(id), words: lineOf, share: shareOf, isOver, goesOn },
    options,
  );
}

const WORDS: Readonly<Record<Job['kind'], string>> = { restore: 'restore', verify: 'verification' };

function lineOf(job: Job): string {
  const { kind, stream, as, state, doneMessages, totalMessages, doneBytes, totalBytes } = job;
  const what = as === stream || kind === 'verify' ? stream : `${stream} as ${as}`;
  return printable(
    `${WORDS[kind]} of ${what} ${state}, ${doneMessages} of ${totalMessages} messages, ${bytesText(doneBytes)} of ${bytesText(totalBytes)}`,
  );
}

/** A job that has not begun to count yet has no share. */
function shareOf({ state, doneBytes, totalBytes }: Job): number | undefined {
  if (state === 'done') return 1;
  return totalBytes === 0 ? undefined : doneBytes / totalBytes;
}

function failed(job: Job): CommandError {
  const { kind, stream, problem = 'it does not say why' } = job;
  return new CommandError(
    EXIT.refused,
    `The ${WORDS[kind]} of ${printable(stream)} failed: ${printable(problem)}`,
    {
      details: { code: 'job_failed', job },
    },
  );
}
