// How long to wait before something that failed is tried again.

/** The first wait; each further one is twice as long. */
export const FIRST_RETRY_MS = 100;

/** A link that lived this long was a good one: when it ends, it is made again at once. */
export const STABLE_LINK_MS = 1_000;

/**
 * Time to wait before a try. The first (attempt 0) goes at once, then 100 ms, 200 ms, ... up to `maxMs`, each
 * with up to half of it taken off by chance so that many links do not try in step.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(attempt: number, maxMs: number, random: number): number {
  if (attempt === 0) return 0;
  return Math.min(maxMs, FIRST_RETRY_MS * 2 ** (attempt - 1)) * (1 - random / 2);
}
