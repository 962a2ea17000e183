// How often each network has woken the region: who insists on a region that sleeps has its container started, which
// costs money. Kept in memory: an object lives longer than the minute that counts while its region wakes. Pure.

const WINDOW_MS = 60_000;

/** A client that is cut off while its region falls asleep, and one more who comes with it, are served. */
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
