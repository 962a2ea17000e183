// Where a report goes: the folder that was asked for, or a new one by script and time.

import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { K6_SUMMARY_FILE, SAMPLES_FILE } from './k6-arguments.ts';
import { LoadtestError } from './loadtest-error.ts';

const REPORTS = '.meridian/reports';

/**
 * Checks the folder before anything is started for a report that could not be written.
 *
 * @throws LoadtestError when it holds a run already: two runs must not become one report unasked
 */
export async function checkReportFolder(asked: string | undefined): Promise<void> {
  if (asked === undefined) return;
  const folder = resolve(asked);
  const found = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new LoadtestError(`cannot use the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
  if (found.some((file) => file === SAMPLES_FILE || file === K6_SUMMARY_FILE))
    throw new LoadtestError(`${folder} holds a report already. Name another folder, or remove it.`);
}

/** @returns its path; it exists then */
export async function makeReportFolder(
  asked: string | undefined,
  script: string,
  now: Date,
): Promise<string> {
  const folder = resolve(asked ?? join(REPORTS, `${script}-${stampOf(now)}`));
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new LoadtestError(`cannot make the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
  return folder;
}

/** `2026-11-24T11-50-38-120`: sorts by time, and is allowed in any file system. */
function stampOf(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-').replace('Z', '');
}
