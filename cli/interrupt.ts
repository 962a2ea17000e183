// Ctrl-C while something is waited for that goes on without this command.

/** As shells report a command that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Runs `work`; at Ctrl-C, `onInterrupt` says what goes on or puts it in order, and then the command ends. A second
 * Ctrl-C ends it at once.
 */
export async function interruptible<T>(
  work: (interrupted: AbortSignal) => Promise<T>,
  onInterrupt: () => void | Promise<void>,
): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = () => {
    interrupted.abort();
    process.exitCode = INTERRUPTED;
    void Promise.resolve(onInterrupt()).finally(() => process.exit(INTERRUPTED));
  };
  process.once('SIGINT', interrupt);
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
