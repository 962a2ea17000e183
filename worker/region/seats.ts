// How many clients a region has, as far as its object can know: those that the server counted when it was last asked,
// and those sent since. Never too few, so that nobody is sent to a server that is full. Pure.

/** A client on its way, or at the server since a moment ago. */
export interface Seat {
  /** When the server took it; milliseconds since the epoch. */
  takenAt?: number;
}

/** The server counts a client a moment after it has answered its upgrade, mostly before the object hears of that. */
export const COUNTED_AFTER_MS = 10;

export class Seats {
  #counted: number | undefined;
  readonly #held = new Set<Seat>();

  /** @param counted clients of a server that was just started: none; undefined of one that was found running */
  constructor(counted: number | undefined) {
    this.#counted = counted;
  }

  /** Undefined as long as nobody has counted. */
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

  /** The server was asked at `askedAt`. Clients that it may not have counted yet go on being added. */
  counted(connections: number, askedAt: number): void {
    this.#counted = connections;
    for (const seat of this.#held) {
      if (seat.takenAt !== undefined && seat.takenAt + COUNTED_AFTER_MS <= askedAt) this.#held.delete(seat);
    }
  }
}
