// How many clients a region has, as far as its object can know: those that the server counted when it was last asked,
// and those sent since. It never counts too few, so that no client is sent to a full server. Pure.

/** A client on its way to the server, or just arrived there. */
export interface Seat {
  /** When the server took it; milliseconds since the epoch. */
  takenAt?: number;
}

/** The server counts a client a moment after answering its upgrade, usually before the object gets that answer. */
export const COUNTED_AFTER_MS = 10;

export class Seats {
  #counted: number | undefined;
  readonly #held = new Set<Seat>();

  /** @param counted clients of the server: 0 if it was just started, undefined if it was found running */
  constructor(counted: number | undefined) {
    this.#counted = counted;
  }

  /** Undefined until the server has counted. */
  get used(): number | undefined {
    return this.#counted === undefined ? undefined : this.#counted + this.#held.size;
  }

  /** A client is sent to the server. */
  take(): Seat {
    const seat: Seat = {};
    this.#held.add(seat);
    return seat;
  }

  /** The server did not take it. */
  free(seat: Seat): void {
    this.#held.delete(seat);
  }

  /** The server was asked at `askedAt`. Clients that it may not have counted yet are still added. */
  counted(connections: number, askedAt: number): void {
    this.#counted = connections;
    for (const seat of this.#held) {
      if (seat.takenAt !== undefined && seat.takenAt + COUNTED_AFTER_MS <= askedAt) this.#held.delete(seat);
    }
  }
}
