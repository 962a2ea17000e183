// Ctrl-C, as a person means it: once is "stop and tell me what you have", twice is "stop now".

/** npm hands a SIGINT on to a child that the terminal has sent it to already: what comes within this is the same. */
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
  // The command's front was killed: nobody is there any more to press anything.
  source.on('disconnect', heard);
  return { stop: stop.signal, now: now.signal };
}
