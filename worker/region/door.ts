// Whom a region that is up lets in: as many clients as it takes, and of those who do not authenticate only so many.
// Nothing is asked of the server for that, unless a limit is near.

import { clientCapacity } from '../../regions/client-capacity.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { SERVER_HEADROOM } from './container-settings.ts';
import { Newcomers } from './newcomers.ts';
import { type Seat, Seats } from './seats.ts';
import type { Look } from './server-watch.ts';
import type { Refusal } from './stages.ts';

export interface DoorHost {
  /** Asks the server how many clients it has; `counted` is told by whoever looks. */
  look(): Promise<unknown>;
  /** How long each of those who have not authenticated has been there, ms. */
  unauthenticated(connections: number, atMost: number): Promise<readonly number[]>;
}

type Admission = Refusal | { readonly seat: Seat };

/** From one look at a server that seems to be full to the next. */
const LOOK_PAUSE_MS = 100;

/** From one check of who has authenticated to the next, as long as nobody would be refused without it. */
const CHECK_EVERY_MS = 1_000;

/** From one check to the next, where somebody would be refused without it. */
const CHECK_PAUSE_MS = 50;

/** Of the server's connections, so many more are looked at than are looked for. */
const SPARE_CONNECTIONS = 64;

const FULL: Refusal = { code: 'full', reason: 'it is full' };

const CROWDED: Refusal = {
  code: 'rate_limited',
  reason: 'too many connections have not authenticated',
};

export class Door {
  readonly #host: DoorHost;
  readonly #newcomers = new Newcomers();
  #seats = new Seats(undefined);
  #serverMax = Number.POSITIVE_INFINITY;
  #connections = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #check: Promise<void> | undefined;

  constructor(host: DoorHost) {
    this.#host = host;
  }

  /** The server was just started, with nobody. */
  open(): void {
    this.#seats = new Seats(0);
    this.#serverMax = Number.POSITIVE_INFINITY;
  }

  /** The server has said how many clients it has. */
  counted({ connections, maxConnections, askedAt }: Look): void {
    this.#connections = connections;
    this.#serverMax = maxConnections;
    this.#lookedAt = askedAt;
    this.#seats.counted(connections, askedAt);
  }

  /** How many clients the region takes: a server that runs takes no more than it was started with. */
  limit(region: RegionConfig): number {
    return Math.max(1, Math.min(clientCapacity(region), this.#serverMax - SERVER_HEADROOM));
  }

  /** A place for a client from a network, or why there is none. The place is given back by `left`. */
  async admit(network: string, region: RegionConfig): Promise<Admission> {
    if (this.#free(region) <= 0) await this.#lookForRoom(region);
    if (this.#free(region) <= 0) return FULL;
    if (this.#isCrowded(network, region)) await this.#checkAgain();
    else if (this.#newcomers.of(network) >= region.limits.maxUnauthenticatedPerAddress)
      await this.checkNewcomers();
    if (this.#isCrowded(network, region)) return CROWDED;
    // Others who waited for the same answers may have taken what was free.
    if (this.#free(region) <= 0) return FULL;
    this.#newcomers.note(network, Date.now());
    return { seat: this.#seats.take() };
  }

  /** The server took the client; from a moment later on it counts it itself. */
  taken(seat: Seat): void {
    seat.takenAt = Date.now();
  }

  /** The server did not take the client. */
  left(seat: Seat): void {
    this.#seats.free(seat);
  }

  /** Looks who has authenticated by now, unless it was done just now. */
  async checkNewcomers(): Promise<void> {
    if (this.#newcomers.size > 0 && Date.now() - this.#checkedAt > CHECK_EVERY_MS) await this.#checkAgain();
  }

  /** Full is what the server says is full; clients who came a moment ago may count twice, until it is asked again. */
  async #lookForRoom(region: RegionConfig): Promise<void> {
    const pauseMs = this.#lookedAt + LOOK_PAUSE_MS - Date.now();
    if (pauseMs > 0) {
      if (this.#connections >= this.limit(region)) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    await this.#host.look();
  }

  /** Below 0 where the limit was lowered. Nothing is free as long as nobody has counted. */
  #free(region: RegionConfig): number {
    const { used } = this.#seats;
    return used === undefined ? 0 : this.limit(region) - used;
  }

  /** The first rule is for those who stay; the other for many at once, who leave half of the room for others. */
  #isCrowded(network: string, region: RegionConfig): boolean {
    const { maxUnauthenticated, maxUnauthenticatedPerAddress } = region.limits;
    const idle = this.#newcomers.idle(network);
    if (maxUnauthenticated > 0 && idle.all >= maxUnauthenticated) return true;
    if (maxUnauthenticatedPerAddress === 0) return false;
    const share = Math.max(1, Math.floor(this.#free(region) / 2));
    return idle.ofNetwork >= maxUnauthenticatedPerAddress || this.#newcomers.of(network) >= share;
  }

  /** One check is for all who wait for it. */
  #checkAgain(): Promise<void> {
    this.#check ??= this.#settle().finally(() => {
      this.#check = undefined;
    });
    return this.#check;
  }

  async #settle(): Promise<void> {
    const pauseMs = this.#checkedAt + CHECK_PAUSE_MS - Date.now();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    this.#checkedAt = Date.now();
    try {
      // Those who have not authenticated are the last of the server's list: how long it is, it has to be asked just before.
      await this.#host.look();
      const askedAt = Date.now();
      const atMost = this.#newcomers.size + SPARE_CONNECTIONS;
      const ages = await this.#host.unauthenticated(this.#connections, atMost);
      this.#newcomers.settle(
        ages.map((age) => askedAt - age),
        askedAt,
      );
    } catch {
      // Nothing is known that was not known before; a server that does not answer is noticed by those who watch it.
    }
  }
}
