// Which cores processes run on (Linux, with taskset of util-linux): on a machine of few cores it keeps what is measured apart from
// what measures it, and from what runs elsewhere in a deployment.

import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const ALL_THREADS = '-a';

/** The core of this process and all that it starts, and the one that is left for others. */
const OWN = 1;
const FREE = 0;

/**
 * Runs `use` while this process, and all that it starts, has one core to itself. Undefined where cores cannot be chosen.
 *
 * @param use is told of a core that nothing runs on
 */
export async function onOneCore<T>(use: (freeCore: number) => Promise<T>): Promise<T | undefined> {
  const cores = availableParallelism();
  if (cores <= OWN || !move([process.pid], `${OWN}`)) return undefined;
  try {
    return await use(FREE);
  } finally {
    move([process.pid], `0-${cores - 1}`);
  }
}

/** Moves processes, with all of their threads. @throws Error where that cannot be done */
export function moveToCore(pids: readonly number[], core: number): void {
  if (!move(pids, String(core))) throw new Error(`processes cannot be moved to core ${core}`);
}

function move(pids: readonly number[], cores: string): boolean {
  try {
    for (const pid of pids)
      execFileSync('taskset', [ALL_THREADS, '-p', '-c', cores, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
