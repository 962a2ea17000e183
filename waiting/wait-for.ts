// Waits, with a deadline, for a condition that comes true by itself. It runs in Node and in workerd.

/** Between two calls. */
const POLL_MS = 25;

export interface WaitOptions {
  readonly timeoutMs: number;
  /** From one call of `look` to the next. Default: 25. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `look` until it returns something: resolves with the first value that is neither undefined nor false.
 *
 * @throws Error that names what was awaited, with the last error of `look` as its cause, when time is up
 */
export async function waitFor<T>(
  name: string,
  { timeoutMs, pollMs = POLL_MS, signal }: WaitOptions,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let cause: unknown;
  while (Date.now() < end) {
    signal?.throwIfAborted();
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`waited ${timeoutMs / 1000} s for ${name}, in vain`, { cause });
}
