// A check of what a server says that all who wait for it share, with a pause from one to the next.

export class SharedCheck {
  readonly #check: () => Promise<void>;
  readonly #pauseMs: number;
  #beganAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  /** @param check if it fails nothing new is known: a server that does not answer is noticed by its watch */
  constructor(check: () => Promise<void>, pauseMs: number) {
    this.#check = check;
    this.#pauseMs = pauseMs;
  }

  /** When the last one began, ms since the epoch. */
  get beganAt(): number {
    return this.#beganAt;
  }

  /** Resolves when one is over that is under way or, if none is, begins now. Never rejects. */
  again(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const pauseMs = this.#beganAt + this.#pauseMs - Date.now();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    this.#beganAt = Date.now();
    await this.#check().catch(() => {});
  }
}
