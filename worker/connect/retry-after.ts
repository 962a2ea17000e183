// When a client that no region took should retry.

const LEAST_SECONDS = 1;
const MOST_SECONDS = 3;

/** Seconds, for `Retry-After`: random, so that clients refused together do not all come back together. */
export function retryAfter(random: () => number = Math.random): string {
  return String(LEAST_SECONDS + Math.floor(random() * (MOST_SECONDS - LEAST_SECONDS + 1)));
}
