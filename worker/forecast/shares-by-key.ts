// Adds up shares of the clients by country or data center.

export class SharesByKey {
  readonly #shares = new Map<string, number>();

  add(key: string, share: number): void {
    this.#shares.set(key, this.of(key) + share);
  }

  of(key: string): number {
    return this.#shares.get(key) ?? 0;
  }

  /** Largest first; equal ones by key. */
  largest(count = this.#shares.size): readonly (readonly [key: string, share: number])[] {
    return [...this.#shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, count);
  }
}
