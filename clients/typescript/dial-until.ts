// The first connection. A container that sleeps takes seconds to start, and the edge waits for it for ten: a client tries again.

import { Backoff } from './backoff.ts';
import { CONNECT_TIMEOUT_MS } from './dial.ts';
import { NoRegionError } from './errors.ts';
import type { Lease } from './lease.ts';

const AGAIN_FIRST_MS = 500;
const AGAIN_MOST_MS = 5_000;
const TIMEOUT_LEAST_MS = 1_000;

/**
 * @param until by this machine's clock
 * @throws what `dial` throws: when time is up, and at once if it is not that a region was chosen and did not take the client
 */
export async function dialUntil(until: number, dial: (timeoutMs: number) => Promise<Lease>): Promise<Lease> {
  const waits = new Backoff(AGAIN_FIRST_MS, AGAIN_MOST_MS);
  for (;;) {
    const leftMs = until - Date.now();
    try {
      return await dial(Math.max(Math.min(leftMs, CONNECT_TIMEOUT_MS), TIMEOUT_LEAST_MS));
    } catch (error) {
      const waitMs = waits.next();
      const mayStart = error instanceof NoRegionError && error.decision === undefined;
      if (!mayStart || Date.now() + waitMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
