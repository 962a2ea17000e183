// When tokens are used, told to the ConfigStore now and then: often enough to see who still uses an old one, and seldom enough
// that a caller who calls all the time costs next to nothing. One per isolate.

import type { TokenUse } from '../config/secret-table.ts';

/** So old may be what is known. */
export const TOLD_EVERY_MS = 60_000;

export class TokenUses {
  readonly #toldAt = new Map<string, number>();

  /** Whether it is to be told now. There are as many entries as tokens. @param now ms */
  isDue({ secret, who }: TokenUse, now: number): boolean {
    const key = `${secret} ${who}`;
    if (now - (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < TOLD_EVERY_MS) return false;
    this.#toldAt.set(key, now);
    return true;
  }
}
