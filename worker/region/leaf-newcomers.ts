// The leaf nodes that were let in within the last minute, by the networks they come from. Until one has signed in the server
// lists it nowhere: it shows how many have, and which connections it has closed because their credentials were wrong. What
// became of each is told from these two, the second by when a connection began. Pure.

/** One that was let in. */
export interface LeafNewcomer {
  readonly network: string;
  readonly cameAt: number;
  /** When the server took it, milliseconds since the epoch; undefined while it is on its way. */
  takenAt?: number;
  /** It may sign in yet, and is not among those that the server counts. */
  isPending: boolean;
}

/** A leaf node whose credentials the server found wrong. */
export interface FailedLeaf {
  /** Of the connection, as the server numbers them. */
  readonly id: number;
  /** When the connection began; milliseconds since the epoch. */
  readonly beganAt: number;
}

/** nats-server disconnects by then who has not signed in, and a moment more for both to be told. */
export const SIGNED_IN_WITHIN_MS = 2_500;

/** Failed sign-ins are counted by the minute. */
const REMEMBERED_MS = 60_000;

/** Maximum time between the start of a connection at the server and the answer to its upgrade at the object. */
const MATCHED_WITHIN_MS = 1_000;

/** More are not remembered: the oldest are forgotten. */
const MOST = 2_000;

export class LeafNewcomers {
  #newcomers: LeafNewcomer[] = [];
  /** The last of the server's connections that was looked at: what is listed again is not counted again. */
  readonly #told = new Set<number>();

  /** One is let in. The caller sets when the server took it, or calls `left`. */
  note(network: string, now: number): LeafNewcomer {
    const newcomer = { network, cameAt: now, isPending: true };
    this.#newcomers = [...this.#newcomers.slice(-(MOST - 1)), newcomer];
    return newcomer;
  }

  /** The server did not take it. */
  left(newcomer: LeafNewcomer): void {
    newcomer.isPending = false;
    this.#newcomers = this.#newcomers.filter((each) => each !== newcomer);
  }

  /** How many came from a network within a minute, but those that have failed. */
  of(network: string): number {
    return this.#newcomers.filter((each) => each.network === network).length;
  }

  /** How many may sign in yet: in all, and of one network. */
  pending(network: string, now: number): { readonly all: number; readonly ofNetwork: number } {
    this.#forget(now);
    const pending = this.#newcomers.filter(({ isPending }) => isPending);
    return { all: pending.length, ofNetwork: pending.filter((each) => each.network === network).length };
  }

  /** The server counts so many more than before. Nobody knows of which network: so each has the benefit, and its first ones. */
  joined(count: number): void {
    const left = new Map<string, number>();
    for (const newcomer of this.#newcomers) {
      const { network, isPending, takenAt } = newcomer;
      const more = left.get(network) ?? count;
      if (!isPending || takenAt === undefined || more <= 0) continue;
      newcomer.isPending = false;
      left.set(network, more - 1);
    }
  }

  /** The networks of those that have failed, one for each that was not told before. */
  failed(listed: readonly FailedLeaf[], now: number): readonly string[] {
    this.#forget(now);
    const news = listed.filter(({ id }) => !this.#told.has(id));
    this.#told.clear();
    for (const { id } of listed) this.#told.add(id);
    return news.flatMap(({ beganAt }) => {
      const nearest = this.#nearestTo(beganAt);
      if (nearest === undefined) return [];
      this.left(nearest);
      return [nearest.network];
    });
  }

  #forget(now: number): void {
    this.#newcomers = this.#newcomers.filter(({ cameAt }) => now - cameAt < REMEMBERED_MS);
    for (const each of this.#newcomers) {
      if (each.takenAt !== undefined && now - each.takenAt >= SIGNED_IN_WITHIN_MS) each.isPending = false;
    }
  }

  #nearestTo(time: number): LeafNewcomer | undefined {
    let nearest: LeafNewcomer | undefined;
    let least = MATCHED_WITHIN_MS;
    for (const newcomer of this.#newcomers) {
      if (newcomer.takenAt === undefined) continue;
      const distance = Math.abs(newcomer.takenAt - time);
      if (distance > least) continue;
      nearest = newcomer;
      least = distance;
    }
    return nearest;
  }
}
