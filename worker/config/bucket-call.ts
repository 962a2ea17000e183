// Calls of the bucket of backups: each has a time limit, and an error that says what was being done.

import { withTimeout } from '../../waiting/with-timeout.ts';
import { messageOf } from '../message-of.ts';

/** A bucket that has not answered by then counts as failing. */
const TIMEOUT_MS = 20_000;

/**
 * @param doing such as `writing config/...`
 * @throws Error when the bucket fails, or does not answer in time
 */
export async function inTime<T>(call: Promise<T>, doing: string, timeoutMs = TIMEOUT_MS): Promise<T> {
  try {
    return await withTimeout(call, timeoutMs, `no answer within ${timeoutMs / 1000} s`);
  } catch (error) {
    throw new Error(`${doing}: ${messageOf(error)}`, { cause: error });
  }
}
