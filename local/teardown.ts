// Things that are started in several steps and stopped as one. Every step is undone, the last one first, even if
// undoing another one fails; one error reports all that failed.

export interface Closeable {
  /** Stops everything in order and leaves nothing behind. */
  close(): Promise<void>;
}

/**
 * Starts something in steps: after each step, `start` tells `undo` how to undo it. If a step fails, those before it
 * are undone.
 */
export async function withTeardown<T extends object>(
  start: (undo: AsyncDisposableStack) => Promise<T>,
): Promise<T & Closeable> {
  const undo = new AsyncDisposableStack();
  try {
    const started = await start(undo);
    return { ...started, close: () => undoAll(undo) };
  } catch (error) {
    await undoAll(undo).catch((failed: unknown) => {
      throw asOne([error, failed]);
    });
    throw error;
  }
}

async function undoAll(undo: AsyncDisposableStack): Promise<void> {
  try {
    await undo.disposeAsync();
  } catch (error) {
    throw asOne(causesOf(error));
  }
}

/** The errors in order of time. A disposable stack throws them nested: the latest one holds all earlier ones. */
function causesOf(error: unknown): readonly unknown[] {
  return error instanceof SuppressedError
    ? [...causesOf(error.suppressed), ...causesOf(error.error)]
    : [error];
}

function asOne(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  return new AggregateError(errors, messages.join('; '));
}
