// How long to wait before a retry.

/** The first wait; each further one is twice as long. */
export const FIRST_RETRY_MS = 100;

/** A link that was up for this long was stable: when it ends, it is re-established at once. */
export const STABLE_LINK_MS = 1_000;

/**
 * Time to wait before an attempt. The first (attempt 0) is immediate, then 100 ms, 200 ms, ... up to `maxMs`, each
 * shortened by up to half at random, so that many links do not retry in step.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(attempt: number, maxMs: number, random: number): number {
  if (attempt === 0) return 0;
  return Math.min(maxMs, FIRST_RETRY_MS * 2 ** (attempt - 1)) * (1 - random / 2);
}
