// Waits, inside workerd, for a condition to become true.

import { waitFor } from '../../../waiting/wait-for.ts';

/** Long for a loaded machine; most of what is awaited takes a fraction of a second. */
const DEADLINE_MS = 10_000;

/** Resolves with the first value of `look` that is neither undefined nor false. */
export function eventually<T>(
  name: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  return waitFor(name, { timeoutMs: DEADLINE_MS }, look);
}
