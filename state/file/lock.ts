// A lock between processes that share a folder: a file that exactly one of them can create. One that its holder left when
// it was killed is taken away, once it is certain that the holder no longer runs.

import { randomUUID } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { processStartOf } from '../../local/process-identity.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { StateUnavailableError } from '../errors.ts';

/** A lock is held for some milliseconds. */
const LOCK_TIMEOUT_MS = 10_000;

/** Who holds it. Each has an id of its own, so that of two with the same holder one is not taken for the other. */
interface Holder {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

/** @throws StateUnavailableError when another one holds it all the time */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  timeoutMs = LOCK_TIMEOUT_MS,
): Promise<T> {
  const id = randomUUID();
  const own = `${path}.${id}`;
  const started = processStartOf(process.pid);
  await writeFile(own, JSON.stringify({ id, host: hostname(), pid: process.pid, started } satisfies Holder));
  try {
    await take(own, path, timeoutMs);
    try {
      return await work();
    } finally {
      await unlink(path);
    }
  } finally {
    await unlink(own);
  }
}

async function take(own: string, path: string, timeoutMs: number): Promise<void> {
  try {
    await waitFor('the lock', { timeoutMs, pollMs: 10 }, async () => {
      if (await linked(own, path)) return true;
      await removeIfLeft(own, path);
      return false;
    });
  } catch (cause) {
    const holder = await holderOf(path);
    const who = holder === undefined ? 'somebody' : `process ${holder.pid} of ${holder.host}`;
    throw new StateUnavailableError(
      `The lock ${path} is held by ${who}. If that no longer runs, delete the file.`,
      { cause },
    );
  }
}

/**
 * Whoever may take a lock away has created a file that is named after that very lock, so nobody takes away the one that
 * follows it: the name is looked at again once the right to it is had.
 */
async function removeIfLeft(own: string, path: string): Promise<void> {
  const left = await holderOf(path);
  if (left === undefined || left.host !== hostname() || processStartOf(left.pid) === left.started) return;
  const right = `${path}.${left.id}.left`;
  if (!(await linked(own, right))) return;
  try {
    if ((await holderOf(path))?.id === left.id) await unlink(path);
  } finally {
    await unlink(right);
  }
}

/** Undefined if there is none. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined; // Given back in between, or not ours: then nobody takes it away.
  }
}

/** False if the name is taken. */
async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
