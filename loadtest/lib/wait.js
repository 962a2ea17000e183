// Waiting, for scripts driven by events.

import { setTimeout } from 'k6/timers';

/** @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), Math.max(0, ms)));
}

/**
 * Calls `attempt` until it returns something other than undefined.
 *
 * @template T
 * @param {number} timeoutMs
 * @param {() => Promise<T | undefined>} attempt
 * @returns {Promise<T | undefined>} undefined when the time is over
 */
export async function eventually(timeoutMs, attempt) {
  const everyMs = 50;
  for (let waited = 0; waited < timeoutMs; waited += everyMs) {
    const result = await attempt();
    if (result !== undefined) return result;
    await pause(everyMs);
  }
  return undefined;
}
