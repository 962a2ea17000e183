// Ctrl-C, or a supervisor's SIGTERM, while something is waited for that goes on without this command, or that has to be put in order
// first.

/** As shells report a command that Ctrl-C ended. */
export const INTERRUPTED = 130;
/** The same for SIGTERM. */
const TERMINATED = 143;

/**
 * One Ctrl-C may come twice, milliseconds apart: from the terminal, and from npm, which passes on what it got itself
 * (npm 11, where `sh` is bash).
 */
export const SAME_PRESS_MS = 500;

/**
 * Runs `work`; at Ctrl-C or SIGTERM, `onInterrupt` says what goes on or puts it in order, and then the command ends. A later
 * Ctrl-C ends it at once; a SIGTERM does not, which supervisors send some seconds after they sent SIGINT.
 */
export async function interruptible<T>(
  work: (interrupted: AbortSignal) => Promise<T>,
  onInterrupt: () => void | Promise<void>,
): Promise<T> {
  const interrupted = new AbortController();
  let since: number | undefined;
  const interrupt = (code: number) => {
    since = performance.now();
    interrupted.abort();
    process.exitCode = code;
    void Promise.resolve(onInterrupt()).finally(() => process.exit(code));
  };
  const onPress = () => {
    if (since === undefined) interrupt(INTERRUPTED);
    else if (performance.now() - since > SAME_PRESS_MS) process.exit(INTERRUPTED);
  };
  const onTerminate = () => {
    if (since === undefined) interrupt(TERMINATED);
  };
  process.on('SIGINT', onPress).on('SIGTERM', onTerminate);
  try {
    const result = await work(interrupted.signal);
    // Whoever was interrupted does not report success: the process ends once all is in order.
    if (interrupted.signal.aborted) return await new Promise<never>(() => undefined);
    return result;
  } catch (error) {
    if (interrupted.signal.aborted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    process.removeListener('SIGINT', onPress).removeListener('SIGTERM', onTerminate);
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
