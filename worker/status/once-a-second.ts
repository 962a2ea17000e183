// Computes a value at most once a second in an isolate, however many requests ask for it: the first request starts the
// computation, and the others wait for its result. One instance for each value that is shared.

import { withTimeout } from '../../waiting/with-timeout.ts';
import type { EdgeContext } from '../edge-context.ts';

const FRESH_MS = 1_000;

interface Made<T> extends Pick<EdgeContext, 'env' | 'config'> {
  readonly at: number;
  readonly value: Promise<T>;
}

export class OnceASecond<T> {
  readonly #name: string;
  readonly #patienceMs: number;
  #made: Made<T> | undefined;

  /** @param patienceMs longer than the computation ever takes */
  constructor(name: string, patienceMs: number) {
    this.#name = name;
    this.#patienceMs = patienceMs;
  }

  /** Computed again if the configuration is another one. @param make computes the value */
  async get(edge: EdgeContext, make: () => Promise<T>): Promise<T> {
    const made = this.#made;
    if (made === undefined || !isFresh(made, edge)) return this.#make(edge, make);
    try {
      return await withTimeout(
        made.value,
        this.#patienceMs,
        `${this.#name} did not answer within ${this.#patienceMs} ms`,
      );
    } catch {
      // The platform has ended the request that was computing it, so that result will never come.
      return make();
    }
  }

  #make({ env, config, background }: EdgeContext, make: () => Promise<T>): Promise<T> {
    const value = make();
    this.#made = { env, config, at: Date.now(), value };
    // Continues for those that are waiting, even if the client that asked first disconnects.
    background(this.#name, value);
    return value;
  }
}

function isFresh({ env, config, at }: Made<unknown>, edge: EdgeContext): boolean {
  return env === edge.env && config === edge.config && Date.now() - at < FRESH_MS;
}
