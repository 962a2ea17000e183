// Ends k6 when it is busy long after its time. Whatever hangs in it, a run is over within 15 s of its time: it is asked
// to end, which gives a summary, and is killed when that does not help either.

/** All in ms. */
export interface TimeLimits {
  /** For all before the users begin. */
  readonly setupMs: number;
  /** When the users should be done, from when they begin. */
  readonly endsByMs: number;
}

export interface Watched {
  /** Asks it to end. */
  readonly stop: () => void;
  readonly kill: () => void;
}

/** After its time, iterations under way are left to end. */
export const GRACE_MS = 7_000;

/** From being asked to end: `teardown()` runs, and files are written. */
export const STOP_MS = 6_000;

/** What was asked to end by Ctrl-C may still have to put back what it had disturbed. */
export const INTERRUPTED_STOP_MS = 15_000;

/** Its start, before setup(). */
const START_MS = 10_000;

export class Watchdog {
  readonly #limits: TimeLimits;
  readonly #watched: Watched;
  #timer: NodeJS.Timeout;
  #hasBegun = false;
  #hasCut = false;

  constructor(limits: TimeLimits, watched: Watched) {
    this.#limits = limits;
    this.#watched = watched;
    this.#timer = setTimeout(() => this.#cut(), limits.setupMs + START_MS);
  }

  /** Whether k6 was ended because its time was over. */
  get hasCut(): boolean {
    return this.#hasCut;
  }

  /** The users have begun; again is no matter. */
  begun(): void {
    if (this.#hasBegun || this.#hasCut) return;
    this.#hasBegun = true;
    this.#next(this.#limits.endsByMs + GRACE_MS, () => this.#cut());
  }

  /** Somebody else has asked it to end. */
  stopped(): void {
    this.#hasBegun = true;
    this.#next(INTERRUPTED_STOP_MS, () => this.#kill());
  }

  /** It is gone. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #cut(): void {
    this.#hasCut = true;
    this.#watched.stop();
    this.#next(STOP_MS, () => this.#watched.kill());
  }

  #kill(): void {
    this.#hasCut = true;
    this.#watched.kill();
  }

  #next(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }
}
