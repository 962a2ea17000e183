// Says what goes wrong, at most once a second for each virtual user: in an outage thousands of clients fail, and all of
// them are counted anyway.

import { nowMs } from './clock.js';

const SAY_AGAIN_AFTER_MS = 1_000;

let saidAtMs = Number.NEGATIVE_INFINITY;
let unsaid = 0;

/** @param {string} message */
export function complain(message) {
  const now = nowMs();
  if (now - saidAtMs < SAY_AGAIN_AFTER_MS) {
    unsaid += 1;
    return;
  }
  console.error(unsaid > 0 ? `${message} (and ${unsaid} more before)` : message);
  saidAtMs = now;
  unsaid = 0;
}
