// The watch of a store that tells nothing by itself: it looks again and again. Used by the file system's and by R2's.

import { setTimeout as sleep } from 'node:timers/promises';

/** Each key with what changes when its value does. */
export type Snapshot = ReadonlyMap<string, string>;

/** A change is told after this long at most, and a look costs one listing. */
export const POLL_MS = 1000;

/** Resolves once it knows what there is now. @throws StateError, here or later, when a look fails */
export async function polledWatch(
  look: () => Promise<Snapshot>,
  signal: AbortSignal,
  pollMs = POLL_MS,
): Promise<AsyncIterable<string>> {
  const before = await look();
  return changes(before, look, signal, pollMs);
}

async function* changes(
  first: Snapshot,
  look: () => Promise<Snapshot>,
  signal: AbortSignal,
  pollMs: number,
): AsyncIterable<string> {
  let before = first;
  while (await pause(pollMs, signal)) {
    const now = await look();
    for (const [key, etag] of now) if (before.get(key) !== etag) yield key;
    before = now;
  }
}

/** @returns whether to go on */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
