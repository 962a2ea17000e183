// How long to wait before something is tried again. All clients of a region lose it together, so waits spread.

/** Each wait is about twice as long as the one before it, and between the half and the whole of that. */
export class Backoff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  readonly #random: () => number;
  #times = 0;
  #spread: number;

  constructor(firstMs: number, mostMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
    this.#random = random;
    this.#spread = random();
  }

  /**
   * The wait before the next attempt. It stays the same until there is one.
   *
   * @param leftMs of a time that ends: a quarter of it is waited at most, so that some attempts are left
   */
  ms(leftMs = 0): number {
    const full = Math.min(this.#firstMs * 2 ** this.#times, this.#mostMs);
    const most = leftMs > 0 ? Math.max(Math.min(full, leftMs / 4), this.#firstMs) : full;
    return most * (1 + this.#spread) * 0.5;
  }

  /** There is an attempt. */
  advance(): void {
    this.#times += 1;
    this.#spread = this.#random();
  }

  /** The wait before the next attempt, which is made. */
  next(leftMs?: number): number {
    const ms = this.ms(leftMs);
    this.advance();
    return ms;
  }

  reset(): void {
    this.#times = 0;
  }
}
