// Where a report goes: the folder that was asked for, or a new one by script and time.

import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { K6_SUMMARY_FILE, SAMPLES_FILE } from './k6-arguments.ts';
import { LoadtestError } from './loadtest-error.ts';

const REPORTS = '.meridian/reports';

/** @throws LoadtestError when it holds a run already: two runs must not become one report unasked. */
export async function makeReportFolder(
  asked: string | undefined,
  script: string,
  now: Date,
): Promise<string> {
  const folder = resolve(asked ?? join(REPORTS, `${script}-${stampOf(now)}`));
  try {
    await mkdir(folder, { recursive: true });
    const found = await readdir(folder);
    if (!found.some((file) => file === SAMPLES_FILE || file === K6_SUMMARY_FILE)) return folder;
  } catch (cause) {
    throw new LoadtestError(`cannot make the folder ${folder}: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
  throw new LoadtestError(`${folder} holds a report already. Name another folder, or remove it.`);
}

/** `2026-11-24T11-50-38-120`: what sorts by time and any file system takes. */
function stampOf(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-').replace('Z', '');
}
