// Two stores as one, while state moves from one to the other: it writes both, reads the old one, and counts where the new one
// differs. The old one decides: what it has stored is stored, also if the new one does not answer; the mirror brings it.

import type { StateBackend, Stored } from './backend.ts';
import { isSameValue } from './compare.ts';
import { copyKey } from './copy-key.ts';
import { GuardedState } from './guarded-state.ts';

export interface MirrorCounts {
  /** Reads that were compared. */
  readonly compared: number;
  /** Of these, those in which the new one had another value, or none. */
  readonly differed: number;
  /** Reads and writes in which the new one failed. */
  readonly failed: number;
}

export class MirroredState implements StateBackend {
  readonly #old: StateBackend;
  readonly #copy: StateBackend;
  readonly #onFailure: (error: unknown) => void;
  #counts: MirrorCounts = { compared: 0, differed: 0, failed: 0 };

  /** @param onFailure told what failed in the copy, which nobody else hears of */
  constructor(old: StateBackend, copy: StateBackend, onFailure: (error: unknown) => void) {
    this.#old = new GuardedState(old);
    this.#copy = copy;
    this.#onFailure = onFailure;
  }

  get name(): string {
    return this.#old.name;
  }

  get counts(): MirrorCounts {
    return this.#counts;
  }

  async load(key: string): Promise<Stored | undefined> {
    const [old, copy] = await Promise.all([
      this.#old.load(key),
      this.#withCopy(async () => ({ found: await this.#copy.load(key) })),
    ]);
    if (copy !== undefined) {
      const differs = !isSame(old, copy.found);
      this.#counts = {
        ...this.#counts,
        compared: this.#counts.compared + 1,
        differed: this.#counts.differed + (differs ? 1 : 0),
      };
    }
    return old;
  }

  async store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    const etag = await this.#old.store(key, value, ifMatch);
    await this.#withCopy(() => copyKey(this.#old, this.#copy, key));
    return etag;
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.#old.list(prefix);
  }

  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    return this.#old.watch(prefix, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#old.close(), this.#copy.close()]);
  }

  /** Undefined when it fails. */
  async #withCopy<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#counts = { ...this.#counts, failed: this.#counts.failed + 1 };
      this.#onFailure(error);
      return undefined;
    }
  }
}

function isSame(a: Stored | undefined, b: Stored | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameValue(a.value, b.value);
}
