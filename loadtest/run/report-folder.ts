// Where a report goes: the folder that was asked for, or a new one by script and time.

import { readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { K6_SUMMARY_FILE, SAMPLES_FILE } from './k6-arguments.ts';
import { LoadtestError } from './loadtest-error.ts';
import { makeFolder } from './make-folder.ts';

const REPORTS = '.meridian/reports';

/** Is in the folder while a run writes into it; holds the id of the command's process. */
const LOCK_FILE = '.running';

/**
 * Checks the folder before anything is started for a report that could not be written.
 *
 * @throws LoadtestError when it holds a run already, or another one writes into it: two runs must not become one report unasked
 */
export async function checkReportFolder(asked: string | undefined): Promise<void> {
  if (asked === undefined) return;
  const folder = resolve(asked);
  const found: readonly string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw new LoadtestError(`cannot use the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
  // One that is being written is no report yet.
  if (found.includes(LOCK_FILE)) throw await heldError(join(folder, LOCK_FILE), folder);
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
  await makeFolder(folder).catch((cause: Error) => {
    throw new LoadtestError(`cannot make the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
  return folder;
}

/** A report's folder that no other run may use meanwhile. */
export interface ClaimedFolder {
  readonly path: string;
  /** Gives it up. What was made for a run that never began is removed again. */
  release(): Promise<void>;
}

/**
 * Makes the folder, and keeps other runs out of it. That it can be written is known then, before anything is started.
 *
 * @throws LoadtestError when another run writes into it, it holds a report already, or it cannot be written
 */
export async function claimReportFolder(
  asked: string | undefined,
  script: string,
  now: Date,
): Promise<ClaimedFolder> {
  await checkReportFolder(asked);
  const folder = resolve(asked ?? join(REPORTS, `${script}-${stampOf(now)}`));
  const made = await makeFolder(folder).catch((cause: Error) => {
    throw new LoadtestError(`cannot make the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
  const lock = join(folder, LOCK_FILE);
  await takeLock(lock, folder).catch(async (error) => {
    if (made !== undefined) await removeIfEmpty(folder);
    throw error;
  });
  return {
    path: folder,
    release: async () => {
      await rm(lock, { force: true });
      if (made !== undefined) await removeIfEmpty(folder);
    },
  };
}

async function takeLock(lock: string, folder: string): Promise<void> {
  await writeFile(lock, `${process.pid}`, { flag: 'wx' }).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') throw await heldError(lock, folder);
    // On a full disk the file is there, and empty.
    await rm(lock, { force: true }).catch(() => {});
    throw new LoadtestError(`cannot write into the folder ${folder}: ${cause.message}`, undefined, { cause });
  });
}

async function heldError(lock: string, folder: string): Promise<LoadtestError> {
  const owner = await readFile(lock, 'utf8').catch(() => '');
  return isGone(owner)
    ? new LoadtestError(
        `a run that wrote into ${folder} has not ended as it should. Name another folder, or remove it.`,
      )
    : new LoadtestError(`another run writes into ${folder}. Name another folder, or wait for it.`);
}

/** Empty: it has only just made its file. */
function isGone(owner: string): boolean {
  return owner !== '' && !isAlive(Number(owner));
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {
    // It holds something, so it stays.
  });
}

/** `2026-11-24T11-50-38-120`: sorts by time, and is allowed in any file system. */
function stampOf(now: Date): string {
  return now.toISOString().replace(/[:.]/g, '-').replace('Z', '');
}
