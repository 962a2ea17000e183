// Waiting with a deadline and a way to give up, in words.

export interface Within {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly ms: number;
  readonly signal?: AbortSignal;
}

/**
 * What was begun goes on: whoever gives up sees to its end.
 *
 * @throws Error that says what was waited for when time is up; the signal's reason when it is aborted
 */
export async function within<T>({ what, ms, signal }: Within, something: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what}, in vain`)), ms);
  const giveUp = () => reject(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  try {
    if (signal?.aborted) giveUp();
    return await Promise.race([something, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
    something.catch(() => undefined);
  }
}

/** Resolves after a while, or when it is given up. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const giveUp = () => resolve();
  signal.addEventListener('abort', giveUp);
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', giveUp);
}
