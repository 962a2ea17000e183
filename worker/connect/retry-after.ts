// When a client should try again that no region took.

const LEAST_SECONDS = 1;
const MOST_SECONDS = 3;

/** Seconds, for `Retry-After`: not the same for all, so that those who were refused together do not come back so. */
export function retryAfter(random: () => number = Math.random): string {
  return String(LEAST_SECONDS + Math.floor(random() * (MOST_SECONDS - LEAST_SECONDS + 1)));
}
