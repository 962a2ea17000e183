// The folders of runs of the local stack, and how a running stack is found: it leaves its address and its token in the folder
// of its run, where commands of the same user look for them. A folder that is not private is passed over.

import { readdir, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsLogin } from './auth/nats-login.ts';
import { processStartOf } from './process-identity.ts';
import { readPrivate, Untrusted, whyNotPrivate } from './trust.ts';

/** How the folders of runs are named, in the system's temporary folder. */
export const RUN_FOLDER_PREFIX = 'meridian-run-';

/** As mkdtemp ends a name. Whatever else others call theirs is not looked at, and not repeated. */
const RUN_FOLDER = new RegExp(`^${RUN_FOLDER_PREFIX}[A-Za-z0-9]{6}$`);

const FILE = 'stack.json';

/** How many notes are told: other users may have any number of such folders. */
const NOTES_MAX = 3;

/** A local stack that can be called. */
export interface RunningStack {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Its admin token. */
  readonly token: string;
  /** How clients sign in. Absent: they need not. */
  readonly login?: NatsLogin | undefined;
  /** How operators sign in to the system account, where there is an operator. */
  readonly system?: NatsLogin | undefined;
  /** Where changes of its secrets are asked for (stack-secrets.ts). */
  readonly secretsFile?: string | undefined;
}

/** The stacks of this user, and why folders that look like those of a run were passed over. */
export interface FoundStacks {
  readonly stacks: readonly RunningStack[];
  readonly notes: readonly string[];
}

type Left = RunningStack & { readonly pid: number; readonly start: string };

/** Writes where this process has a stack, to a file that only its owner can read; it goes with the run's folder. */
export async function leaveStack(runFolder: string, stack: RunningStack): Promise<void> {
  const left: Left = { ...stack, pid: process.pid, start: processStartOf(process.pid) };
  await writeFile(join(runFolder, FILE), JSON.stringify(left), { mode: 0o600, flag: 'wx' });
}

/** Clients sign in otherwise from now on. */
export async function leaveLogin(runFolder: string, login: NatsLogin | undefined): Promise<void> {
  const file = join(runFolder, FILE);
  const left = JSON.parse(await readPrivate(file)) as Left;
  const whole = `${file}.new`;
  await writeFile(whole, JSON.stringify({ ...left, login }), { mode: 0o600 });
  await rename(whole, file);
}

/** A run that ends at this moment. */
const GONE = 'is gone';

/** The folders of this user's runs, and why others that are named so were left alone. */
export async function findRuns(
  temporaryFolder = tmpdir(),
): Promise<{ readonly folders: readonly string[]; readonly notes: readonly string[] }> {
  const names = (await readdir(temporaryFolder).catch(() => [])).filter((name) => RUN_FOLDER.test(name));
  const folders: string[] = [];
  const notes: string[] = [];
  for (const folder of names.map((name) => join(temporaryFolder, name))) {
    const why = await whyNotPrivate(folder).catch(() => GONE);
    if (why === undefined) folders.push(folder);
    else if (why !== GONE) notes.push(`${folder} ${why}: left alone.`);
  }
  return { folders, notes: few(notes) };
}

/** All stacks whose processes live, by address. */
export async function findStacks(temporaryFolder = tmpdir()): Promise<FoundStacks> {
  const { folders, notes } = await findRuns(temporaryFolder);
  const found = await Promise.all(folders.map(readRun));
  return {
    stacks: found.flatMap(({ stack }) => stack ?? []).toSorted((a, b) => (a.url < b.url ? -1 : 1)),
    notes: [...notes, ...few(found.flatMap(({ note }) => note ?? []))],
  };
}

function few(notes: readonly string[]): readonly string[] {
  const more = notes.length - NOTES_MAX;
  return more > 0 ? [...notes.slice(0, NOTES_MAX), `So are ${more} more.`] : notes;
}

async function readRun(folder: string): Promise<{ stack?: RunningStack; note?: string }> {
  try {
    const { pid, start, ...stack } = JSON.parse(await readPrivate(join(folder, FILE))) as Left;
    return processStartOf(pid) === start ? { stack } : {};
  } catch (error) {
    // It has not written the file yet, or ends at this moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if (error instanceof Untrusted) return { note: `${error.message}.` };
    return { note: `${folder} could not be read: ${(error as Error).message}.` };
  }
}
