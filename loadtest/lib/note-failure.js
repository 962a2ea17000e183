// Counts the failure of what a script does besides its load: k6 itself only logs what an iteration throws, and continues.

import * as metrics from './metrics.js';

/**
 * @param {'journal' | 'disturb'} kind
 * @param {() => Promise<void>} work
 */
export async function noteFailure(kind, work) {
  try {
    await work();
    metrics.errors.add(false, { kind });
  } catch (error) {
    metrics.errors.add(true, { kind });
    console.error(`${kind}: ${error instanceof Error ? error.message : error}`);
  }
}
