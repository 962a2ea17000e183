// How often each network has woken the region: a client that insists on a sleeping region starts its container, which
// costs money. Kept in memory: while its region wakes, an object outlives the minute that counts. Pure.

const WINDOW_MS = 60_000;

/** Enough for a client that is cut off while its region falls asleep, and for one more that comes with it. */
export const WAKES_PER_MINUTE = 3;

export class Wakes {
  #wakes: { readonly network: string; readonly at: number }[] = [];

  /** Notes that a client wakes the region; false where its network has done so too often. */
  note(network: string, now: number): boolean {
    this.#wakes = this.#wakes.filter(({ at }) => now - at < WINDOW_MS);
    if (this.#wakes.filter((wake) => wake.network === network).length >= WAKES_PER_MINUTE) return false;
    this.#wakes.push({ network, at: now });
    return true;
  }
}
