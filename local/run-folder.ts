// The folder of one run of the local stack: sockets, containers' files, the built Worker, and the ids of the
// processes that it started. It is removed when the run ends; the next run cleans up what a killed one left.

import { appendFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../waiting/wait-for.ts';
import { EngineClient } from './engine/containers/engine-client.ts';
import { sweepEngine } from './engine/containers/sweep.ts';
import { killQuietly } from './engine/processes/process-group.ts';
import { processStartOf } from './process-identity.ts';
import { RUN_FOLDER_PREFIX } from './running-stacks.ts';

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

export async function createRunFolder(): Promise<RunFolder> {
  const path = await mkdtemp(join(tmpdir(), RUN_FOLDER_PREFIX));
  const file = join(path, PROCESSES_FILE);
  await writeFile(file, `${process.pid} ${processStartOf(process.pid)}\n`);
  return {
    path,
    noteGroup: (pid) => appendFileSync(file, `-${pid} ${processStartOf(pid)}\n`),
    noteProcess: (pid) => appendFileSync(file, `${pid} ${processStartOf(pid)}\n`),
    noteEngine: (socket) => appendFileSync(join(path, ENGINES_FILE), `${socket}\n`),
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
}

/** Ends what killed runs left behind, and returns what that was. */
export async function sweepDeadRuns(): Promise<Swept> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(RUN_FOLDER_PREFIX));
  const swept = await Promise.all(names.map((name) => sweep(join(tmpdir(), name))));
  return swept.reduce(
    (sum, { processes, containers }) => ({
      processes: sum.processes + processes,
      containers: sum.containers + containers,
    }),
    NOTHING,
  );
}

const NOTHING: Swept = { processes: 0, containers: 0 };

async function sweep(path: string): Promise<Swept> {
  // Without the file it is being created, or removed, at this moment.
  const [owner, ...started] = (await readProcesses(path)) ?? [];
  if (owner === undefined || isAlive(owner)) return NOTHING;
  let containers = 0;
  // An engine may be one of the processes. What is left in one that does not run is swept when it is used again.
  for (const socket of await readLines(path, ENGINES_FILE))
    containers += await sweepEngine(new EngineClient(socket)).catch(() => 0);
  return { processes: await endAndRemove(path, started), containers };
}

/** The owner, then what it started; undefined when there is no such file. */
async function readProcesses(path: string): Promise<readonly NotedProcess[] | undefined> {
  const text = await readFile(join(path, PROCESSES_FILE), 'utf8').catch(() => undefined);
  return text?.trim().split('\n').map(parseProcess);
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
  const text = await readFile(join(path, file), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

interface NotedProcess {
  /** Negative for a group. */
  readonly id: number;
  readonly start: string;
}

function parseProcess(line: string): NotedProcess {
  const at = line.indexOf(' ');
  return { id: Number(line.slice(0, at)), start: line.slice(at + 1) };
}

function isAlive({ id, start }: NotedProcess): boolean {
  return start !== '' && processStartOf(Math.abs(id)) === start;
}
