// What becomes of R2's answers, and of those that do not come.

import { messageOf } from '../../message-of.ts';
import type { StreamName } from '../manifest/manifest.ts';
import { BackupError } from './backup-error.ts';

export function noAnswer(afterMs: number): string {
  return `it has not answered for ${afterMs / 1000} s`;
}

/** @throws BackupError if R2 fails */
export async function asked<T>(
  name: StreamName | undefined,
  key: string | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new BackupError('unavailable', `R2 failed: ${messageOf(cause)}`, { name, key, cause });
  }
}
