// Things that are started in several steps and stopped as one. Every step is undone, the last one first, even if the
// undoing of another fails; what failed is told in one error.

export interface Closeable {
  /** Stops everything in order; nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts something in steps: `start` tells `undo` after each how to undo it. Should a step fail, those before it are
 * undone.
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

/** What a disposable stack throws nests: the latest failure holds all that came before it. In order of time. */
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
