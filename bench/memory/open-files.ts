// How many clients the limit on open files allows.

import { readFile } from 'node:fs/promises';

/**
 * Of workerd, which has the most: the connection to the client, which it holds by two descriptors, and the one to the
 * container (counted in /proc/PID/fd of workerd 2026-11-17). The engine has two for each client.
 */
const FILES_PER_CLIENT = 3;

/** Other files that a process has open. */
const OTHER_FILES = 200;

/** The hard limit: Node raises the soft one to it, and its child processes inherit that. */
export async function openFilesLimit(): Promise<number> {
  return parseLimit(await readFile('/proc/self/limits', 'utf8'));
}

export function parseLimit(limits: string): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (hard === undefined) throw new Error('/proc/self/limits says nothing about open files');
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

export function clientsThatFit(limit: number): number {
  return Math.max(0, Math.floor((limit - OTHER_FILES) / FILES_PER_CLIENT));
}

/** How many clients go to each of the stacks that they need: as many as fit to the first, the rest to the next. */
export function spread(clients: number, fits: number): readonly number[] {
  if (fits < 1) throw new Error('the limit on open files (ulimit -n) leaves no room for a single client');
  const shares: number[] = [Math.min(clients, fits)];
  for (let left = clients - fits; left > 0; left -= fits) shares.push(Math.min(left, fits));
  return shares;
}
