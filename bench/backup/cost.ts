// What writes to R2 cost. Pure.

import { atListPrice } from '../../cost/charge.ts';
import { PRICES } from '../../cost/prices.ts';

/** Class A operations of each month. */
export const FREE_OPERATIONS = PRICES.r2ClassA.included;

const MONTH_SECONDS = 30 * 24 * 3600;

/**
 * Class A operations for folding: of each 180 segments two listings, one folded object and the manifest
 * (worker/jetstream/backup/stream-writer.ts, `#tidy`). A run is too short to see one.
 */
const FOLDING = 4 / 180;

/** Class A operations in 30 days at the rate at which so many segments were written in so many seconds. */
export function operationsOfAMonth(segments: number, seconds: number): number {
  return (segments / seconds) * MONTH_SECONDS * (1 + FOLDING);
}

/** @param free operations that cost nothing */
export function dollars(operations: number, free = 0): number {
  return atListPrice(PRICES.r2ClassA, Math.max(0, operations - free));
}
