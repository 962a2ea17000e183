// How a running local stack is found: it leaves its address and its token in the folder of its run, where commands of the
// same user look for them. The folder is private; one that is not, or whose process has ended, is passed over.

import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStartOf } from './process-identity.ts';

/** How the folders of runs are named, in the system's temporary folder. */
export const RUN_FOLDER_PREFIX = 'meridian-run-';

const FILE = 'stack.json';

/** Mode bits that give anyone but the owner access. */
const OTHERS = 0o077;

/** A local stack that can be called. */
export interface RunningStack {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Its admin token. */
  readonly token: string;
}

/** The stacks of this user, and why folders that look like those of a run were passed over. */
export interface FoundStacks {
  readonly stacks: readonly RunningStack[];
  readonly notes: readonly string[];
}

type Left = RunningStack & { readonly pid: number; readonly start: string };

/** Writes where this process has a stack, to a file that only its owner can read; it goes with the run's folder. */
export async function leaveStack(runFolder: string, { url, token }: RunningStack): Promise<void> {
  const left: Left = { url, token, pid: process.pid, start: processStartOf(process.pid) };
  await writeFile(join(runFolder, FILE), JSON.stringify(left), { mode: 0o600, flag: 'wx' });
}

/** All stacks whose processes live, by address. */
export async function findStacks(temporaryFolder = tmpdir()): Promise<FoundStacks> {
  const names = await readdir(temporaryFolder).catch(() => []);
  const runs = names.filter((name) => name.startsWith(RUN_FOLDER_PREFIX));
  const found = await Promise.all(runs.map((name) => readRun(join(temporaryFolder, name))));
  return {
    stacks: found.flatMap(({ stack }) => stack ?? []).toSorted((a, b) => (a.url < b.url ? -1 : 1)),
    notes: found.flatMap(({ note }) => note ?? []),
  };
}

async function readRun(folder: string): Promise<{ stack?: RunningStack; note?: string }> {
  try {
    for (const path of [folder, join(folder, FILE)]) {
      if (!(await isPrivate(path))) {
        return { note: `${path} belongs to another user, is a link, or others have access to it: not read.` };
      }
    }
    const { url, token, pid, start } = JSON.parse(await readFile(join(folder, FILE), 'utf8')) as Left;
    return processStartOf(pid) === start ? { stack: { url, token } } : {};
  } catch (error) {
    // It has not written the file yet, or ends at this moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    return { note: `${folder} could not be read: ${(error as Error).message}.` };
  }
}

/** The temporary folder is shared: what others own or could have written cannot be trusted. */
async function isPrivate(path: string): Promise<boolean> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return false;
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & OTHERS) === 0;
}
