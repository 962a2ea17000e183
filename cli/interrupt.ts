// Ctrl-C while something is waited for that goes on without this command, or that has to be put in order first.

/** As shells report a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/**
 * One Ctrl-C may come twice, milliseconds apart: from the terminal, and from npm, which passes on what it got itself
 * (npm 11, where `sh` is bash).
 */
export const SAME_PRESS_MS = 500;

/**
 * Runs `work`; at Ctrl-C, `onInterrupt` says what goes on or puts it in order, and then the command ends. A second
 * Ctrl-C ends it at once.
 */
export async function interruptible<T>(
  work: (interrupted: AbortSignal) => Promise<T>,
  onInterrupt: () => void | Promise<void>,
): Promise<T> {
  const interrupted = new AbortController();
  let pressedAt: number | undefined;
  const interrupt = () => {
    const now = performance.now();
    if (pressedAt !== undefined) {
      if (now - pressedAt > SAME_PRESS_MS) process.exit(INTERRUPTED);
      return;
    }
    pressedAt = now;
    interrupted.abort();
    process.exitCode = INTERRUPTED;
    void Promise.resolve(onInterrupt()).finally(() => process.exit(INTERRUPTED));
  };
  process.on('SIGINT', interrupt);
  try {
    const result = await work(interrupted.signal);
    // Whoever was interrupted does not report success: the process ends once all is in order.
    if (interrupted.signal.aborted) return await new Promise<never>(() => undefined);
    return result;
  } catch (error) {
    if (interrupted.signal.aborted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/** Runs `work` to its end: Ctrl-C meanwhile does not end this command, which hears of it from a program that it runs. */
export async function toItsEnd<T>(work: () => Promise<T>): Promise<T> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    return await work();
  } finally {
    process.removeListener('SIGINT', ignore);
  }
}
