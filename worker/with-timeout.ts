// Waits for a promise until a time limit. The work behind it continues after that, but its result is ignored.

/** @throws Error that says who did not answer, when time is up */
export async function withTimeout<T>(call: Promise<T>, who: string, limitMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([call, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
