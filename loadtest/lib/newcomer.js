// A new client: it comes when it is due, tries until it is served, and leaves.

import { nowMs } from './clock.js';
import { LastingClient } from './lasting-client.js';
import * as metrics from './metrics.js';
import { noteSkipped } from './skipped.js';
import { cityTag } from './target.js';

/** @typedef {import('./cities.js').City} City */

/**
 * @param {City | undefined} city
 * @param {{ dueMs: number, withinMs: number, kind: string, headers?: Record<string, string> }} options `withinMs`: how
 *   long it tries; `kind`: what goes on when it comes
 * @returns {Promise<{ region: string, servedMs: number } | undefined>} undefined when it is not served, which is counted
 */
export async function come(city, { dueMs, withinMs, kind, headers }) {
  metrics.due.add(1, { ...cityTag(city), kind: 'connect' });
  const endsAtMs = nowMs() + withinMs;
  const client = new LastingClient(city, {
    endsAtMs,
    attemptTimeoutMs: withinMs,
    // How long newcomers wait has a figure of its own.
    patienceMs: withinMs,
    isPassing: true,
    ...(headers && { headers }),
  });
  const isServed = await client.open(withinMs);
  const servedMs = nowMs();
  const { region } = client;
  if (isServed) metrics.newcomerTime.add(servedMs - dueMs, { ...cityTag(city), region, kind });
  await client.close();
  return isServed ? { region, servedMs } : undefined;
}

/** One that was due, and k6 never got to. */
export function skipNewcomer() {
  noteSkipped({ kind: 'connect' });
}
