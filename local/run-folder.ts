// The folder of one run of the local stack: sockets, containers' files, the built Worker, and the ids of the
// processes that it started. It is removed when the run ends; the next run cleans up what a killed one left.

import { appendFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../waiting/wait-for.ts';
import { EngineClient } from './engine/containers/engine-client.ts';
import { sweepEngine } from './engine/containers/sweep.ts';
import { killQuietly } from './engine/processes/process-group.ts';
import { processStartOf } from './process-identity.ts';
import { findRuns, RUN_FOLDER_PREFIX } from './running-stacks.ts';
import { checkSocket, checkTemporaryFolder, readPrivate, Untrusted } from './trust.ts';

/**
 * First line: the owner. Further lines: what it started, a process group by its negative id, as in kill(2). Each line
 * is `<pid> <start>`, since a pid alone may be reused.
 */
const PROCESSES_FILE = 'processes';

/** The sockets of real container engines that it used: one path per line. */
const ENGINES_FILE = 'engines';

/** A killed process is gone within milliseconds, or within a second on a busy machine. */
const END_TIMEOUT_MS = 10_000;

export interface RunFolder {
  readonly path: string;
  /** Records a process group, so that a later run can end it should this one be killed. */
  noteGroup(pid: number): void;
  /** The same for one process. */
  noteProcess(pid: number): void;
  /** The same for a real container engine in which it has containers. */
  noteEngine(socket: string): void;
  /** Removes it and everything recorded; kills what still runs because stopping it in order failed. */
  remove(): Promise<void>;
}

/** Makes it, for this user alone. @throws Untrusted where others could replace it */
export async function createRunFolder(): Promise<RunFolder> {
  await checkTemporaryFolder(tmpdir());
  const path = await mkdtemp(join(tmpdir(), RUN_FOLDER_PREFIX));
  const file = join(path, PROCESSES_FILE);
  await writeFile(file, `${process.pid} ${processStartOf(process.pid)}\n`, { mode: 0o600, flag: 'wx' });
  return {
    path,
    noteGroup: (pid) => appendFileSync(file, `-${pid} ${processStartOf(pid)}\n`),
    noteProcess: (pid) => appendFileSync(file, `${pid} ${processStartOf(pid)}\n`),
    noteEngine: (socket) => appendFileSync(join(path, ENGINES_FILE), `${socket}\n`, { mode: 0o600 }),
    remove: async () => {
      await endAndRemove(path, (await readProcesses(path))?.slice(1) ?? []);
    },
  };
}

/** What killed runs had left. */
export interface Swept {
  /** And groups of them. */
  readonly processes: number;
  /** In real container engines. */
  readonly containers: number;
  /** Why what looks like a run was left alone. */
  readonly notes: readonly string[];
}

/** Ends what killed runs of this user left behind, and returns what that was. Others' folders are left alone. */
export async function sweepDeadRuns(): Promise<Swept> {
  const { folders, notes } = await findRuns();
  const swept = await Promise.all(folders.map(sweep));
  return {
    processes: swept.reduce((sum, { processes }) => sum + processes, 0),
    containers: swept.reduce((sum, { containers }) => sum + containers, 0),
    notes: [...notes, ...swept.flatMap((each) => each.notes)],
  };
}

const NOTHING: Swept = { processes: 0, containers: 0, notes: [] };

async function sweep(path: string): Promise<Swept> {
  try {
    return await sweepRun(path);
  } catch (error) {
    if (!(error instanceof Untrusted)) throw error;
    return { ...NOTHING, notes: [`${error.message}.`] };
  }
}

async function sweepRun(path: string): Promise<Swept> {
  // Without the file it is being created, or removed, at this moment.
  const [owner, ...started] = (await readProcesses(path)) ?? [];
  if (owner === undefined || isAlive(owner)) return NOTHING;
  let containers = 0;
  // An engine may be one of the processes. What is left in one that does not run is swept when it is used again.
  for (const socket of await readLines(path, ENGINES_FILE))
    containers += await sweepEngineAt(socket).catch(() => 0);
  return { processes: await endAndRemove(path, started), containers, notes: [] };
}

async function sweepEngineAt(socket: string): Promise<number> {
  await checkSocket(socket);
  return sweepEngine(new EngineClient(socket));
}

/** The owner, then what it started; undefined when there is no such file. */
async function readProcesses(path: string): Promise<readonly NotedProcess[] | undefined> {
  return (await readIfThere(join(path, PROCESSES_FILE)))?.trim().split('\n').flatMap(parseProcess);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readPrivate(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Returns how many of the processes still lived. */
async function endAndRemove(path: string, started: readonly NotedProcess[]): Promise<number> {
  const left = started.filter(isAlive);
  for (const { id } of left) killQuietly(id);
  // Until they are gone they hold their ports, one of which may be needed now.
  await waitFor(`the processes of ${path} to end`, { timeoutMs: END_TIMEOUT_MS }, () => !left.some(isAlive));
  await rm(path, { recursive: true, force: true });
  return left.length;
}

async function readLines(path: string, file: string): Promise<readonly string[]> {
  const text = (await readIfThere(join(path, file))) ?? '';
  return text.split('\n').filter((line) => line !== '');
}

interface NotedProcess {
  /** Negative for a group. */
  readonly id: number;
  readonly start: string;
}

/** A line that was not written to its end names nothing: to kill(2), 0 and -1 are all processes that there are. */
function parseProcess(line: string): readonly NotedProcess[] {
  const [, id = '', start = ''] = /^(-?\d+) (.+)$/.exec(line) ?? [];
  return Math.abs(Number(id)) > 1 ? [{ id: Number(id), start }] : [];
}

function isAlive({ id, start }: NotedProcess): boolean {
  return start !== '' && processStartOf(Math.abs(id)) === start;
}
