// A store as writers use it: it refuses once another store has taken its place. Its role is looked at before a write and
// after it. A write that ends while the role still allows it is seen by the comparison of a cut-over, which begins after the
// role has changed; a later one is reported as refused. So no write that was acknowledged is left behind.

import type { StateBackend, Stored } from './backend.ts';
import { StateInvalidError } from './errors.ts';
import { checkTakesWrites, isOwnKey } from './role.ts';

export class GuardedState implements StateBackend {
  readonly #inner: StateBackend;

  constructor(inner: StateBackend) {
    this.#inner = inner;
  }

  get name(): string {
    return this.#inner.name;
  }

  load(key: string): Promise<Stored | undefined> {
    return this.#inner.load(key);
  }

  /** @throws StateStandbyError */
  async store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    if (isOwnKey(key))
      throw new StateInvalidError(
        `${key} is written by \`state mirror\`, \`state cut-over\` and \`state role\` alone.`,
      );
    await checkTakesWrites(this.#inner);
    const etag = await this.#inner.store(key, value, ifMatch);
    await checkTakesWrites(this.#inner);
    return etag;
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.#inner.list(prefix);
  }

  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    return this.#inner.watch(prefix, signal);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
