// What is worked out at most once a second in an isolate, however many ask for it: whoever asks first sets it going, the
// others wait for the same. One per thing that is shared.

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

  /** @param patienceMs longer than it ever takes */
  constructor(name: string, patienceMs: number) {
    this.#name = name;
    this.#patienceMs = patienceMs;
  }

  /** Another configuration makes it anew. @param make what works it out */
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
      // The platform has ended the request that was working it out, so nobody is any more.
      return make();
    }
  }

  #make({ env, config, background }: EdgeContext, make: () => Promise<T>): Promise<T> {
    const value = make();
    this.#made = { env, config, at: Date.now(), value };
    // Goes on for those who wait, even if the one who asked hangs up.
    background(this.#name, value);
    return value;
  }
}

function isFresh({ env, config, at }: Made<unknown>, edge: EdgeContext): boolean {
  return env === edge.env && config === edge.config && Date.now() - at < FRESH_MS;
}
