// Which leaf nodes of others a region that is up admits: up to its limit. They are counted apart from clients, and sessions that are
// joined are none of them.

import type { RegionConfig } from '../../regions/config.ts';
import { type Seat, Seats } from './seats.ts';
import type { Look } from './server-watch.ts';
import type { Refusal } from './stages.ts';

/** Unless the region has a limit of its own. */
const MOST_LEAFS = 100;

const FULL: Refusal = { code: 'full', reason: 'it has as many leaf nodes as it takes (limits.maxLeafs)' };

const UNKNOWN: Refusal = {
  code: 'region_unavailable',
  reason: 'its server does not say how many leaf nodes it has',
};

export class LeafDoor {
  readonly #sessions: () => number;
  #seats = new Seats(undefined);

  /** @param sessions how many leaf links of the server are those of sessions */
  constructor(sessions: () => number) {
    this.#sessions = sessions;
  }

  /** How many there are, those on their way among them; undefined until the server has been asked. */
  get used(): number | undefined {
    return this.#seats.used;
  }

  /** The server was just started and has none. */
  open(): void {
    this.#seats = new Seats(0);
  }

  /** The server has said how many it has. */
  counted({ leafs, askedAt }: Pick<Look, 'leafs' | 'askedAt'>): void {
    this.#seats.counted(this.others(leafs), askedAt);
  }

  /** Of all leaf links of the server those that are not a session's. */
  others(leafs: number): number {
    return Math.max(0, leafs - this.#sessions());
  }

  /** A seat for one, or why there is none: not while it is unknown how many there are. `left` gives the seat back. */
  admit({ limits }: RegionConfig): Refusal | { readonly seat: Seat } {
    const { used } = this;
    if (used === undefined) return UNKNOWN;
    return used >= (limits.maxLeafs ?? MOST_LEAFS) ? FULL : { seat: this.#seats.take() };
  }

  /** The server took it; a moment later it counts it itself. */
  taken(seat: Seat): void {
    seat.takenAt = Date.now();
  }

  /** The server did not take it. */
  left(seat: Seat): void {
    this.#seats.free(seat);
  }
}
