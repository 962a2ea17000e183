// Learns of processes that a library starts and keeps to itself, such as miniflare its workerd.

import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { basename } from 'node:path';

/** Node publishes every child process here as it is made, before it has an id. */
const CHANNEL = 'child_process';

/** From now on tells the id of every process of this program that this one starts; returns how to end it. */
export function watchSpawns(program: string, tell: (pid: number) => void): () => void {
  const listener = (message: unknown) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      if (child.pid !== undefined && basename(child.spawnfile) === program) tell(child.pid);
    });
  };
  subscribe(CHANNEL, listener);
  return () => void unsubscribe(CHANNEL, listener);
}
