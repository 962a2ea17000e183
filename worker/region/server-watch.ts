// Looks at a region's server every two seconds while it is in use, so that one that hangs, or that the platform is
// about to stop, is noticed within seconds. A server without clients is left alone.

/** What a server says about itself. */
export interface Look {
  /** Connected clients. */
  readonly connections: number;
  /** Its leaf links, those of sessions among them. */
  readonly leafs: number;
  /** How many it accepts. */
  readonly maxConnections: number;
  /** It is in lame duck mode. */
  readonly isClosing: boolean;
  /** When it was asked; milliseconds since the epoch. */
  readonly askedAt: number;
}

export interface WatchHost {
  /** Asks the server. Rejects if it does not answer. */
  ask(): Promise<Look>;
  /** Called after each look with what the server said, or undefined if it did not answer in time. */
  tell(look: Look | undefined): void;
  /** Whether a server that said this should still be looked at, or be left alone until `use`. */
  isInUse(look: Look | undefined): boolean;
  /** Whether its container runs. One that has exited is not asked; its end is noticed in another way. */
  isRunning(): boolean;
}

/** Time from the beginning of one look to the beginning of the next. */
export const LOOK_EVERY_MS = 2_000;

/** A server that is up answers within milliseconds. */
export const ANSWERS_WITHIN_MS = 2_000;

/** A request that failed, for example because a connection broke, is repeated after this long. */
const ASK_AGAIN_MS = 200;

export class ServerWatch {
  readonly #host: WatchHost;
  #isWatching = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #underWay: Promise<Look | undefined> | undefined;

  constructor(host: WatchHost) {
    this.#host = host;
  }

  /** The server runs: from now on it is looked at. */
  begin(): void {
    this.#isWatching = true;
    this.use();
  }

  /** The server has stopped. */
  end(): void {
    this.#isWatching = false;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The server is being used: looks resume if they had stopped. */
  use(): void {
    if (this.#isWatching && this.#timer === null && this.#underWay === undefined) this.#next(LOOK_EVERY_MS);
  }

  /** Looks at once, or joins the look that is under way. */
  look(): Promise<Look | undefined> {
    this.#underWay ??= this.#look();
    return this.#underWay;
  }

  async #look(): Promise<Look | undefined> {
    clearTimeout(this.#timer);
    this.#timer = null;
    const startedAt = Date.now();
    const look = await this.#answer(startedAt + ANSWERS_WITHIN_MS);
    this.#underWay = undefined;
    if (!this.#host.isRunning()) return undefined;
    this.#host.tell(look);
    if (this.#isWatching && this.#host.isInUse(look)) this.#next(startedAt + LOOK_EVERY_MS - Date.now());
    return look;
  }

  #next(afterMs: number): void {
    this.#timer = setTimeout(() => void this.look(), Math.max(0, afterMs));
  }

  /** Only silence until `end` counts as no answer; errors are retried until then. */
  async #answer(end: number): Promise<Look | undefined> {
    while (this.#host.isRunning()) {
      try {
        return await this.#host.ask();
      } catch {
        const left = end - Date.now();
        if (left <= 0) return undefined;
        await new Promise((resolve) => setTimeout(resolve, Math.min(left, ASK_AGAIN_MS)));
      }
    }
    return undefined;
  }
}
