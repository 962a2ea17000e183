// One link of the mesh, seen from the side that dials: it is established, watched, and re-established when it ends.
// While the peer sleeps there are no attempts; when the peer wakes, `kick` is called.

import type { LinkState, LinkTransport, RegionState } from '../../api/states.ts';
import { backoffMs, STABLE_LINK_MS } from '../backoff.ts';
import type { Agreed } from './route-compression.ts';
import { RouteRefusedError } from './route-handshake.ts';
import type { Splice } from './splice.ts';
import { TransportChoice, type TransportSetting } from './transport.ts';

/** The reason with which a region's object refuses a route because its server sleeps. */
export const ASLEEP = 'asleep' satisfies RegionState;

export interface LinkOptions {
  readonly peer: string;
  /** Establishes the splice, or rejects with the reason why not. */
  readonly open: (transport: LinkTransport) => Promise<Splice>;
  /** What it may go over. */
  readonly transport: TransportSetting;
  readonly retryMaxMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told each time the link fails, with the reason. */
  readonly onFailure: (peer: string, error: unknown) => void;
}

/** Keeps one link from its creation until `close`. */
export class Link {
  readonly #options: LinkOptions;
  readonly #transport: TransportChoice;
  #state: LinkState = 'connecting';
  #since: number;
  #remade = -1;
  #splice: Splice | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #kicked = false;
  /** What it was opened with is no longer wanted. */
  #isStale = false;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#transport = new TransportChoice(options.transport);
    this.#since = options.now();
    void this.#try();
  }

  get peer(): string {
    return this.#options.peer;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** When it entered its current state, milliseconds since the epoch. */
  get since(): number {
    return this.#since;
  }

  /** What it goes over, or will at its next try. */
  get transport(): LinkTransport {
    return this.#transport.current;
  }

  /** How often it was re-established. */
  get remade(): number {
    return Math.max(0, this.#remade);
  }

  /** Id of the server at the other end while the link is up. */
  get remoteServerId(): string | undefined {
    return this.#splice?.remoteServerId;
  }

  /** How it is compressed while it is up. */
  get agreed(): Agreed | undefined {
    return this.#splice?.agreed;
  }

  /** Retries at once unless it is up; if an attempt in progress fails, another one follows at once. */
  kick(): void {
    if (this.#closed || this.#state === 'up') return;
    if (this.#state === 'connecting') {
      // The peer may have come up after it answered: its "asleep" is older than this.
      this.#kicked = true;
      return;
    }
    this.#attempt = 0;
    this.#transport.forget();
    this.#schedule();
  }

  /** Breaks the link so that it is re-established: for one that looks up but isn't. */
  reset(): void {
    this.#splice?.close();
  }

  /**
   * Makes it anew at once, though nothing is wrong with it: it is to be opened otherwise now. One that is being made is
   * closed as soon as it is there.
   */
  remake(): void {
    this.#isStale = true;
    this.#splice?.close();
  }

  /** Ends the link for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#splice?.close();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const wait = backoffMs(this.#attempt, this.#options.retryMaxMs, this.#options.random());
    if (wait === 0) void this.#try();
    else this.#timer = setTimeout(() => void this.#try(), wait);
  }

  async #try(): Promise<void> {
    if (this.#closed) return;
    this.#attempt += 1;
    this.#kicked = false;
    this.#isStale = false;
    this.#enter('connecting');
    try {
      const splice = await this.#options.open(this.#transport.current);
      if (this.#closed) return splice.close();
      await this.#hold(splice);
    } catch (error) {
      this.#options.onFailure(this.peer, error);
      const isRefused = error instanceof RouteRefusedError;
      if (!this.#kicked && isRefused && error.reason === ASLEEP) return this.#enter('asleep');
      // Whoever refuses a route was reached.
      const isWorthTrying = !isRefused && this.#transport.failed();
      if (this.#kicked || isWorthTrying) this.#attempt = 0;
    }
    if (this.#closed) return;
    this.#enter('down');
    this.#schedule();
  }

  /** Returns when the splice has ended. */
  async #hold(splice: Splice): Promise<void> {
    this.#splice = splice;
    this.#remade += 1;
    this.#enter('up');
    if (this.#isStale) splice.close();
    await splice.ended;
    this.#splice = undefined;
    const lastedMs = this.#options.now() - this.#since;
    if (!this.#isStale) this.#transport.ended(lastedMs);
    if (this.#isStale || lastedMs >= STABLE_LINK_MS) this.#attempt = 0;
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#since = this.#options.now();
  }
}
