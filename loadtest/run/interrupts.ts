// Ctrl-C as users mean it: once is "stop and show me the results so far", twice is "stop now".

/** npm forwards a SIGINT to a child that already got it from the terminal: within this time it is the same one. */
const SAME_PRESS_MS = 400;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupts {
  /** Aborted by the first. */
  readonly stop: AbortSignal;
  /** Aborted by the second. */
  readonly now: AbortSignal;
}

/** @param clock milliseconds that only grow */
export function watchInterrupts(
  source: Pick<NodeJS.EventEmitter, 'on'> = process,
  clock: () => number = () => performance.now(),
): Interrupts {
  const stop = new AbortController();
  const now = new AbortController();
  let firstAt = 0;
  const heard = () => {
    if (!stop.signal.aborted) {
      firstAt = clock();
      stop.abort();
    } else if (clock() - firstAt > SAME_PRESS_MS) now.abort();
  };
  for (const signal of SIGNALS) source.on(signal, heard);
  // The process that the user started was killed: no further Ctrl-C can come.
  source.on('disconnect', heard);
  return { stop: stop.signal, now: now.signal };
}
