// Waits, with a deadline, for a condition to become true. It runs in Node and in workerd.

/** The pause between two calls. */
const POLL_MS = 25;

export interface WaitOptions {
  readonly timeoutMs: number;
  /** The pause between two calls of `look`. Default: 25. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Calls `look` repeatedly, and resolves with the first value that is neither undefined nor false.
 *
 * @throws Error when time is up: it names what was awaited, and its cause is the error of the last `look`, if any
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
