// Waits for a condition, by name and with a deadline.

import { setTimeout as delay } from 'node:timers/promises';

/** Between two looks. */
const POLL_MS = 25;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** @throws Error that names the condition, with the last error of `condition` as its cause, when time is up */
export async function waitFor(
  name: string,
  { timeoutMs, signal }: WaitOptions,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  let cause: unknown;
  while (Date.now() < end) {
    signal?.throwIfAborted();
    try {
      if (await condition()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`waited ${timeoutMs / 1000} s for ${name}, in vain`, { cause });
}
