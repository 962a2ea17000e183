// How often a data center asks a region for its status; how long the answers are trusted follows from it.

/** From one data center, a region is asked at most this often. */
export const ASK_EVERY_MS = 30_000;

/** The same for a region that clients are kept away from: a restart takes a second or so, and they want it back. */
export const ASK_AGAIN_MS = 2_000;

/** Whether so much time has passed. Of a time that is to come by more, the clock has been set: nothing is known of it. */
export function hasPassed(ms: number, since: number, now: number): boolean {
  return Math.abs(now - since) >= ms;
}
