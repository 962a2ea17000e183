// The time by the clock of Meridian, whatever that of this machine says: what was told last, and what has passed since.

export class ServerClock {
  #at: number | undefined;
  #heard = 0;

  /** @param at by the clock of Meridian @param heard by performance.now() */
  tell(at: number, heard: number = performance.now()): void {
    this.#at = at;
    this.#heard = heard;
  }

  /** ms since the epoch; of this machine until Meridian has told. */
  now(elapsed: number = performance.now()): number {
    return this.#at === undefined ? Date.now() : this.#at + Math.max(0, elapsed - this.#heard);
  }

  /** How old what was told is, in ms. */
  age(elapsed: number = performance.now()): number {
    return Math.max(0, elapsed - this.#heard);
  }
}
