// How long a server without clients runs before it stops: of a region, and of a session.

import { parseDurationMs } from '../duration.ts';
import type { Problem } from '../problems.ts';

/** With a shorter time, a client that reconnects would find the container stopping. */
const LEAST_SLEEP_AFTER_MS = parseDurationMs('10s');
/** A region that should stay awake longer than this should have `keepAwake`. */
const MOST_SLEEP_AFTER_MS = parseDurationMs('24h');

/** Reports a time out of range. @param sleepAfter such as `10m`; undefined if it is broken or not given */
export function checkSleepAfter(sleepAfter: string | undefined, path: string): Problem[] {
  if (sleepAfter === undefined) return [];
  const sleepAfterMs = parseDurationMs(sleepAfter);
  if (sleepAfterMs >= LEAST_SLEEP_AFTER_MS && sleepAfterMs <= MOST_SLEEP_AFTER_MS) return [];
  return [{ code: 'bad-value', path, expected: 'from 10s to 24h', received: `"${sleepAfter}"` }];
}
