// Stops what was started for a run, within a bound: a stack that hangs at its end must not hang the command.

import { killQuietly } from '../../local/engine/processes/process-group.ts';
import { descendantsOf, listProcesses } from '../../local/process-list.ts';
import type { Closeable } from '../../local/teardown.ts';
import { TimeoutError, withTimeout } from '../../waiting/with-timeout.ts';

/** A stack stops within three seconds; a busy machine takes longer. */
const CLOSE_MS = 10_000;

/** Closes it; when that takes too long, whatever this process has started is killed. */
export async function closeTarget(
  target: Closeable,
  onProgress: (step: string) => void,
  timeoutMs = CLOSE_MS,
): Promise<void> {
  const closing = target.close();
  try {
    await withTimeout(closing, timeoutMs, 'it hangs');
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    onProgress(`the local stack did not stop within ${timeoutMs / 1000} s: its processes are killed`);
    await killStarted();
  }
}

/**
 * Kills whatever this process has started, such as a local stack.
 *
 * @param except the id of a process that is left alone, with all that it has started
 */
export async function killStarted(except?: number): Promise<void> {
  const listed = (await listProcesses()).filter(({ pid }) => pid !== except);
  for (const { pid } of descendantsOf(process.pid, listed)) killQuietly(pid);
}
