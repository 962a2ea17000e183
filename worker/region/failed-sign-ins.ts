// How many clients of each network were refused by the server within a minute because their credentials were wrong. Pure.

/** From the first failure on. */
export const WINDOW_MS = 60_000;

/** More networks at a time are not counted: the oldest are forgotten. */
const MOST_NETWORKS = 2_000;

export class FailedSignIns {
  readonly #byNetwork = new Map<string, { readonly since: number; count: number }>();

  /** @param now ms since the epoch */
  note(network: string, now: number): void {
    const known = this.#byNetwork.get(network);
    if (known !== undefined && now - known.since < WINDOW_MS) {
      known.count += 1;
      return;
    }
    // At the end, so that the first one is the oldest.
    this.#byNetwork.delete(network);
    this.#byNetwork.set(network, { since: now, count: 1 });
    const [oldest] = this.#byNetwork.keys();
    if (this.#byNetwork.size > MOST_NETWORKS && oldest !== undefined) this.#byNetwork.delete(oldest);
  }

  /** How many there were in the minute that began with the first of them. */
  of(network: string, now: number): number {
    const known = this.#byNetwork.get(network);
    return known !== undefined && now - known.since < WINDOW_MS ? known.count : 0;
  }
}
