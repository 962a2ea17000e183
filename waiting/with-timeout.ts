// Awaits a promise for a limited time. It runs in Node and in workerd.

/** A promise took longer than allowed. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Resolves or rejects as `promise` does, if that happens in time.
 *
 * @throws TimeoutError with this message when time is up; what the promise does later is ignored
 */
export async function withTimeout<T>(
  promise: Promise<T>,
  timeoutMs: number,
  message: string | (() => string),
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(typeof message === 'string' ? message : message())),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
