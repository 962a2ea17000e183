// Watches a restore or a verification until it ends, with a progress bar.

import type { Job } from '../api/backups.ts';
import type { AdminClient } from './admin-client.ts';
import { bytesText } from './backup-text.ts';
import { CommandError, EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { printable } from './printable.ts';
import { type ProgressOut, progressOn } from './progress.ts';

/** An address may call 60 times a minute. */
const POLL_MS = 2_000;

export interface JobWaitOptions {
  readonly pollMs?: number;
  readonly out?: ProgressOut;
}

/** @returns the job, done. @throws CommandError if it failed. At Ctrl-C it says that the job goes on. */
export function waitForJob(
  client: Pick<AdminClient, 'job'>,
  started: Job,
  { pollMs = POLL_MS, out = process.stderr }: JobWaitOptions = {},
): Promise<Job> {
  const progress = progressOn(out);
  const { id } = started;
  const watch = async (): Promise<Job> => {
    for (let job = started; ; job = await client.job(id)) {
      progress.show(lineOf(job), shareOf(job));
      if (job.state === 'done') return job;
      if (job.state === 'failed') throw failed(job);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  return interruptible(
    () => watch().finally(progress.end),
    () => {
      progress.end();
      out.write(`The ${WORDS[started.kind]} goes on: \`regions backup jobs ${id}\` shows how far it is.\n`);
    },
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
