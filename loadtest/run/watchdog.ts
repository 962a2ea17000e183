// Ends k6 when it is busy long after its time, so that a run is over within 15 s of it, whatever hangs. It is asked to
// end first, which gives a summary. k6 2.2 does not end while the other side of a WebSocket neither answers its close nor
// lets go of the connection: then what it is connected to is taken away, where that may be done; and then it is killed.

/** All in ms. */
export interface TimeLimits {
  /** For all before the users begin. */
  readonly setupMs: number;
  /** How long they mean to measure, of which they may be late to begin; null if not known. */
  readonly plannedMs: number | null;
  /** When they should be done at the latest, from when they begin. */
  readonly endsByMs: number;
}

export interface Watched {
  /** Asks it to end. */
  readonly stop: () => void;
  /** Ends its connections from the other side, where that is ours. */
  readonly disconnect: () => void;
  readonly kill: () => void;
}

/** The steps, after the time of the users: of what they mean to measure, and of their limit. The first to come counts. */
const AFTER_PLANNED = { stopMs: 11_500, killMs: 14_000 };
const AFTER_LIMIT = { stopMs: 7_000, killMs: 13_000 };

/** From being asked to end; a k6 that can ends in milliseconds, but for `teardown()`. */
const DISCONNECT_MS = 1_000;

/** What was asked to end by Ctrl-C may still have to put back what it had disturbed. */
export const INTERRUPTED_STOP_MS = 15_000;

/** Its start, before setup(). */
const START_MS = 10_000;

const SETUP_STOP_MS = 6_000;

/** When it is asked to end, and when it is killed, ms after the users began. */
export function stepsOf({ plannedMs, endsByMs }: TimeLimits): {
  readonly stopMs: number;
  readonly killMs: number;
} {
  const byLimit = { stopMs: endsByMs + AFTER_LIMIT.stopMs, killMs: endsByMs + AFTER_LIMIT.killMs };
  if (plannedMs === null || plannedMs + AFTER_PLANNED.stopMs >= byLimit.stopMs) return byLimit;
  return { stopMs: plannedMs + AFTER_PLANNED.stopMs, killMs: plannedMs + AFTER_PLANNED.killMs };
}

export class Watchdog {
  readonly #limits: TimeLimits;
  readonly #watched: Watched;
  #timers: NodeJS.Timeout[] = [];
  #hasBegun = false;
  #hasCut = false;

  constructor(limits: TimeLimits, watched: Watched) {
    this.#limits = limits;
    this.#watched = watched;
    const stopMs = limits.setupMs + START_MS;
    this.#plan({ stopMs, killMs: stopMs + SETUP_STOP_MS });
  }

  /** Whether k6 was ended because its time was over. */
  get hasCut(): boolean {
    return this.#hasCut;
  }

  /** The users have begun; again is no matter. */
  begun(): void {
    if (this.#hasBegun || this.#hasCut) return;
    this.#hasBegun = true;
    this.#plan(stepsOf(this.#limits));
  }

  /** Somebody else has asked it to end. */
  stopped(): void {
    this.#hasBegun = true;
    this.#clear();
    this.#at(INTERRUPTED_STOP_MS - DISCONNECT_MS, () => this.#watched.disconnect());
    this.#at(INTERRUPTED_STOP_MS, () => this.#watched.kill());
  }

  /** It is gone. */
  end(): void {
    this.#clear();
  }

  #plan({ stopMs, killMs }: { readonly stopMs: number; readonly killMs: number }): void {
    this.#clear();
    this.#at(stopMs, () => {
      this.#hasCut = true;
      this.#watched.stop();
    });
    this.#at(stopMs + DISCONNECT_MS, () => this.#watched.disconnect());
    this.#at(killMs, () => this.#watched.kill());
  }

  #at(ms: number, then: () => void): void {
    this.#timers.push(setTimeout(then, ms));
  }

  #clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}
