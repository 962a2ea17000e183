// Who decides what a signal does: this project's commands, not a library that they load.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `create` and removes the signal listeners that it added. Miniflare (5.20261117) adds some that end the
 * process on the spot, in the middle of whatever is being stopped in order; what it does at exit is kept.
 */
export function withoutSignalHooks<T>(create: () => T): T {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const created = create();
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.has(listener)) process.removeListener(signal, listener);
    }
  }
  return created;
}
