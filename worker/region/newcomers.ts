// The clients of which the region's object does not know yet whether they have authenticated, by the networks that
// they come from. The server shows which of its connections have not, but not from where those come; the object knows
// from where each came, but not what became of it: the two are matched by when a connection began. Pure.
//
// A match may be wrong where many come at once. Then one of another network is counted, never more than there are.

interface Newcomer {
  readonly network: string;
  /** When the server took it; milliseconds since the epoch. */
  readonly at: number;
  /** It was there for long when the server was last asked, and had not authenticated. */
  isIdle: boolean;
}

/** Who has not authenticated by then is idle. Where credentials are required, nats-server disconnects it by then. */
export const IDLE_AFTER_MS = 2_000;

/** Between the beginning of a connection at the server and the answer to its upgrade at the object. */
const MATCHED_WITHIN_MS = 1_000;

/** More would take longer to match than they are worth; the oldest are forgotten. */
const MAX_NEWCOMERS = 2_000;

const NONE = { all: 0, ofNetwork: 0 };

export class Newcomers {
  #newcomers: Newcomer[] = [];
  #hasIdle = false;
  readonly #byNetwork = new Map<string, number>();

  get size(): number {
    return this.#newcomers.length;
  }

  /** Those of one network that have not authenticated, as far as is known. */
  of(network: string): number {
    return this.#byNetwork.get(network) ?? 0;
  }

  /** Those that are idle: of all networks, and of one. */
  idle(network: string): { readonly all: number; readonly ofNetwork: number } {
    if (!this.#hasIdle) return NONE;
    const idle = this.#newcomers.filter(({ isIdle }) => isIdle);
    return { all: idle.length, ofNetwork: idle.filter((each) => each.network === network).length };
  }

  note(network: string, at: number): void {
    this.#newcomers.push({ network, at, isIdle: false });
    this.#count(network, 1);
    if (this.#newcomers.length > MAX_NEWCOMERS) this.#forget(this.#newcomers.slice(0, 1));
  }

  /**
   * The server was asked at `askedAt`. Whoever is not among those who have not authenticated has, or has gone.
   *
   * @param began when each connection that has not authenticated began, by the object's clock
   */
  settle(began: readonly number[], askedAt: number): void {
    const left = new Set(this.#newcomers.filter(({ at }) => at <= askedAt));
    for (const beganAt of began) {
      const nearest = nearestTo(beganAt, left);
      if (nearest === undefined) continue;
      left.delete(nearest);
      nearest.isIdle = askedAt - nearest.at >= IDLE_AFTER_MS;
    }
    this.#forget([...left]);
    this.#hasIdle = this.#newcomers.some(({ isIdle }) => isIdle);
  }

  #forget(newcomers: readonly Newcomer[]): void {
    const forgotten = new Set(newcomers);
    this.#newcomers = this.#newcomers.filter((each) => !forgotten.has(each));
    for (const { network } of newcomers) this.#count(network, -1);
  }

  #count(network: string, change: number): void {
    const count = this.of(network) + change;
    if (count === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, count);
  }
}

function nearestTo(time: number, newcomers: Iterable<Newcomer>): Newcomer | undefined {
  let nearest: Newcomer | undefined;
  let least = MATCHED_WITHIN_MS;
  for (const newcomer of newcomers) {
    const distance = Math.abs(newcomer.at - time);
    if (distance > least) continue;
    nearest = newcomer;
    least = distance;
  }
  return nearest;
}
