// Carries one value from a store to its copy.

import type { StateBackend } from './backend.ts';
import { isSameValue } from './compare.ts';
import { StateConflictError } from './errors.ts';
import { checkTakesWrites } from './role.ts';

/** `gone`: the store no longer has it, and it stays in the copy. */
export type Copied = 'same' | 'created' | 'replaced' | 'gone';

/** Another mirror of the same stores may be as fast. */
const MAX_TRIES = 5;

/**
 * The copy is read first, then the role of the store, then its value. If a cut-over comes in between, somebody may have
 * written to the copy since: then its etag is another one, and that write stays.
 *
 * @param check throws if the store is no longer the one to copy from
 * @throws StateStandbyError if, unless `check` says otherwise, the store no longer takes writes
 */
export async function copyKey(
  from: StateBackend,
  to: StateBackend,
  key: string,
  check = () => checkTakesWrites(from),
): Promise<Copied> {
  for (let tries = 1; ; tries += 1) {
    const copy = await to.load(key);
    await check();
    const old = await from.load(key);
    if (old === undefined) return 'gone';
    if (copy !== undefined && isSameValue(old.value, copy.value)) return 'same';
    try {
      await to.store(key, old.value, copy?.etag ?? null);
      return copy === undefined ? 'created' : 'replaced';
    } catch (error) {
      if (!(error instanceof StateConflictError) || tries === MAX_TRIES) throw error;
    }
  }
}
