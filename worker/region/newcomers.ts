// The clients that may not have authenticated yet, as far as the region's object knows, by the networks they come from.
// The server shows which of its connections have not authenticated, but not where they come from; the object knows
// where each came from, but not what became of it: the two are matched by when a connection began. Pure.
//
// A client counts from the moment in which it is let in, until the server was asked after it had taken the client, and
// does not list it. A match may be wrong if clients of several networks come at once. Then one of another network is
// counted, but never more than there are.

import { COUNTED_AFTER_MS } from './seats.ts';

export interface Newcomer {
  readonly network: string;
  /** When the server took it, milliseconds since the epoch; undefined while it is on its way. */
  takenAt?: number;
  /** When the server was last asked, it had been connected for long and had not authenticated. */
  isIdle: boolean;
}

interface Network {
  readonly count: number;
  /** When the last of them was let in; milliseconds since the epoch. */
  readonly newestAt: number;
}

/** A client not authenticated by then is idle. If credentials are required, nats-server disconnects it by then. */
export const IDLE_AFTER_MS = 2_000;

/** Maximum time between the start of a connection at the server and the answer to its upgrade at the object. */
const MATCHED_WITHIN_MS = 1_000;

/** Matching more would take longer than it is worth; the oldest are forgotten, so many at once that it costs each next to nothing. */
const MAX_NEWCOMERS = 2_000;
const FORGOTTEN_AT_ONCE = 100;

const NONE = { all: 0, ofNetwork: 0 };

export class Newcomers {
  #newcomers: Newcomer[] = [];
  #hasIdle = false;
  readonly #byNetwork = new Map<string, Network>();

  get size(): number {
    return this.#newcomers.length;
  }

  /** How many of one network have not authenticated, as far as is known. */
  of(network: string): number {
    return this.#byNetwork.get(network)?.count ?? 0;
  }

  /** When the last of those was let in; milliseconds since the epoch. */
  newestAt(network: string): number {
    return this.#byNetwork.get(network)?.newestAt ?? Number.NEGATIVE_INFINITY;
  }

  /** How many are idle: in all networks, and in one. */
  idle(network: string): { readonly all: number; readonly ofNetwork: number } {
    if (!this.#hasIdle) return NONE;
    const idle = this.#newcomers.filter(({ isIdle }) => isIdle);
    return { all: idle.length, ofNetwork: idle.filter((each) => each.network === network).length };
  }

  /** One is let in. The caller sets when the server took it, or calls `left`. */
  note(network: string, now: number): Newcomer {
    const newcomer = { network, isIdle: false };
    this.#newcomers.push(newcomer);
    this.#byNetwork.set(network, { count: this.of(network) + 1, newestAt: now });
    if (this.#newcomers.length > MAX_NEWCOMERS) this.#forget(this.#newcomers.slice(0, FORGOTTEN_AT_ONCE));
    return newcomer;
  }

  /** The server did not take it. */
  left(newcomer: Newcomer): void {
    this.#forget([newcomer]);
  }

  /**
   * The server was asked at `askedAt`. Any client that it had taken by then and that is not on its list has
   * authenticated, or has left.
   *
   * @param began when each connection that has not authenticated began, by the object's clock
   * @param refused the same of connections that the server has closed because their credentials were wrong
   * @returns the networks of those, one for each
   */
  settle(began: readonly number[], askedAt: number, refused: readonly number[] = []): readonly string[] {
    const left = new Set(this.#newcomers.filter(isTaken));
    for (const beganAt of began) {
      const nearest = nearestTo(beganAt, left);
      if (nearest === undefined) continue;
      left.delete(nearest);
      nearest.isIdle = askedAt - nearest.takenAt >= IDLE_AFTER_MS;
    }
    const gone = new Set([...left].filter(({ takenAt }) => takenAt + COUNTED_AFTER_MS <= askedAt));
    this.#forget([...gone]);
    this.#hasIdle = this.#newcomers.some(({ isIdle }) => isIdle);
    return refused.flatMap((beganAt) => {
      const nearest = nearestTo(beganAt, gone);
      if (nearest === undefined) return [];
      gone.delete(nearest);
      return [nearest.network];
    });
  }

  /** Whether a network has at least so many. */
  hasNetworkOf(count: number): boolean {
    return [...this.#byNetwork.values()].some((network) => network.count >= count);
  }

  #forget(newcomers: readonly Newcomer[]): void {
    const forgotten = new Set(newcomers);
    const kept: Newcomer[] = [];
    for (const each of this.#newcomers) {
      if (forgotten.has(each)) this.#countLess(each.network);
      else kept.push(each);
    }
    this.#newcomers = kept;
  }

  #countLess(network: string): void {
    const count = this.of(network) - 1;
    if (count === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, { count, newestAt: this.newestAt(network) });
  }
}

type Taken = Newcomer & { takenAt: number };

function isTaken(newcomer: Newcomer): newcomer is Taken {
  return newcomer.takenAt !== undefined;
}

function nearestTo(time: number, newcomers: Iterable<Taken>): Taken | undefined {
  let nearest: Taken | undefined;
  let least = MATCHED_WITHIN_MS;
  for (const newcomer of newcomers) {
    const distance = Math.abs(newcomer.takenAt - time);
    if (distance > least) continue;
    nearest = newcomer;
    least = distance;
  }
  return nearest;
}
