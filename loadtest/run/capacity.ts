// Whether this machine can generate what a run asks for, by what k6 was measured to need: told before it is started, and
// refused only where it cannot work. How much of the CPU k6 really used is measured during the run.

import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { LoadtestError } from './loadtest-error.ts';

/** What the run asks for. */
export interface Demand {
  /** Virtual users of k6. */
  readonly users: number;
  /** Clients that are connected at the same time, at least. */
  readonly clients: number;
  /** The stack runs on this machine as well. */
  readonly withStack: boolean;
}

export interface Capacity {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Of open files, for one process; null if unknown. */
  readonly files: number | null;
}

const MIB = 1024 * 1024;

/** Measured with k6 2.2: 44 MB for k6, and 0.6 MB for a user that waits. What it sends and receives comes on top. */
const K6_BYTES = 50 * MIB;
const USER_BYTES = MIB;

/** Files that k6 has open beside its connections. */
const OTHER_FILES = 64;

/** workerd has one connection to each client, and one to its region. */
const STACK_FILES_PER_CLIENT = 2;

/**
 * @returns what the user should know, a sentence each
 * @throws LoadtestError when it cannot work
 */
export function judgeCapacity({ users, clients, withStack }: Demand, capacity: Capacity): readonly string[] {
  const notes: string[] = [];
  const bytes = K6_BYTES + users * USER_BYTES;
  const needs = `k6 needs about ${mebibytes(bytes)} of memory for ${users} users`;
  if (bytes > capacity.totalBytes)
    throw new LoadtestError(
      `${needs}, and this machine has ${mebibytes(capacity.totalBytes)}. Take fewer, or share the run: plan --runners.`,
    );
  if (bytes > capacity.freeBytes) notes.push(`${needs}, and ${mebibytes(capacity.freeBytes)} are free.`);
  const { files } = capacity;
  if (files === null) return notes;
  const open = clients + OTHER_FILES;
  if (open > files)
    throw new LoadtestError(
      `${clients} clients need ${open} open files, and this machine allows ${files} to a process. Raise it (ulimit -n), or share the run: plan --runners.`,
    );
  const ofStack = clients * STACK_FILES_PER_CLIENT + OTHER_FILES;
  if (withStack && ofStack > files)
    notes.push(
      `the local stack needs about ${ofStack} open files for ${clients} clients, and a process may have ${files} (ulimit -n).`,
    );
  return notes;
}

export async function readCapacity(): Promise<Capacity> {
  return { freeBytes: freemem(), totalBytes: totalmem(), files: await openFilesLimit() };
}

/** The hard limit: k6 raises its own up to that. */
async function openFilesLimit(): Promise<number | null> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, hard] = /^Max open files +\S+ +(\d+)/m.exec(limits) ?? [];
  return hard === undefined ? null : Number(hard);
}

function mebibytes(bytes: number): string {
  return bytes < 1024 * MIB ? `${Math.round(bytes / MIB)} MiB` : `${(bytes / MIB / 1024).toFixed(1)} GiB`;
}
