// Which clients a region that is up admits: up to its limit, only so many that have not authenticated, and none of an
// address that keeps trying wrong credentials. The server
// is not asked for this, unless a limit is near.

import { clientCapacity } from '../../regions/client-capacity.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { SERVER_HEADROOM } from './container-settings.ts';
import { FailedSignIns } from './failed-sign-ins.ts';
import { IDLE_AFTER_MS, type Newcomer, Newcomers } from './newcomers.ts';
import { type Seat, Seats } from './seats.ts';
import type { Look } from './server-watch.ts';
import { SharedCheck } from './shared-check.ts';
import type { Refusal } from './stages.ts';

export interface DoorHost {
  /** Asks the server how many clients it has; the caller passes the answer to `counted`. */
  look(): Promise<unknown>;
  /** How long each client that has not authenticated has been connected, ms. */
  unauthenticated(connections: number, atMost: number): Promise<readonly number[]>;
  /** How long ago each client came whose credentials the server found wrong, ms: of its last `atMost` closed ones. */
  failedSignIns(atMost: number): Promise<readonly number[]>;
}

/** A client that was let in: its seat, and that it has not authenticated as far as is known. */
export interface Entrant extends Seat {
  readonly newcomer: Newcomer;
}

type Admission = Refusal | { readonly seat: Entrant };

/** Time between two looks at a server that seems to be full. */
const LOOK_PAUSE_MS = 100;

/** Time between two checks of who has authenticated, as long as no client would be refused without one. */
const CHECK_EVERY_MS = 1_000;

/** Time between two checks if a client would be refused without one. */
const CHECK_PAUSE_MS = 50;

/**
 * How long a client waits for others of its address to authenticate. A region that does not answer for 0.2 s longer than
 * two round trips counts as slow (worker/connect/hedge.ts), unless it takes others: nobody may bring that about.
 */
const WAIT_MS = 150;

/** How many more of the server's connections are read than are being looked for. */
const SPARE_CONNECTIONS = 64;

const FULL: Refusal = { code: 'full', reason: 'it is full' };

const CROWDED: Refusal = {
  code: 'rate_limited',
  reason: 'too many connections have not authenticated',
};

const GUESSES: Refusal = {
  code: 'sign_ins_failed',
  reason: 'too many sign-ins of this address have failed: wait a minute',
};

/** In a minute, unless the region has a limit of its own. */
const MOST_FAILED = 30;

/** The server is asked who has failed to sign in only if so many of one network may have: the list is long. */
const SUSPICIOUS = 5;

export class Door {
  readonly #host: DoorHost;
  readonly #newcomers = new Newcomers();
  readonly #failed = new FailedSignIns();
  #seats = new Seats(undefined);
  #serverMax = Number.POSITIVE_INFINITY;
  #connections = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  readonly #check = new SharedCheck(() => this.#settle(), CHECK_PAUSE_MS);

  constructor(host: DoorHost) {
    this.#host = host;
  }

  /** The server was just started and has no clients. */
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

  /** How many clients the region accepts: a running server accepts no more than the limit it was started with. */
  limit(region: RegionConfig): number {
    return Math.max(1, Math.min(clientCapacity(region), this.#serverMax - SERVER_HEADROOM));
  }

  /** A seat for a client from a network, or why there is none: at once unless the server has to be asked. `left` gives it back. */
  admit(network: string, region: RegionConfig): Admission | Promise<Admission> {
    if (this.#free(region) <= 0) return this.#admitOnceCounted(network, region);
    if (this.#hasFailedTooOften(network, region)) return GUESSES;
    return this.#seatFor(network, region) ?? this.#letIn(network, region);
  }

  async #admitOnceCounted(network: string, region: RegionConfig): Promise<Admission> {
    await this.#lookForRoom(region);
    if (this.#free(region) <= 0) return FULL;
    return this.#letIn(network, region);
  }

  /** The server took the client; a moment later it counts the client itself. */
  taken(seat: Entrant): void {
    seat.takenAt = Date.now();
    seat.newcomer.takenAt = seat.takenAt;
  }

  /** The server did not take the client. */
  left(seat: Entrant): void {
    this.#seats.free(seat);
    this.#newcomers.left(seat.newcomer);
  }

  /** Checks who has authenticated by now, unless that was checked a moment ago. */
  async checkNewcomers(): Promise<void> {
    if (this.#newcomers.size > 0 && Date.now() - this.#check.beganAt > CHECK_EVERY_MS)
      await this.#check.again();
  }

  /** Only the server can say that it is full: clients that just came may count twice until it is asked again. */
  async #lookForRoom(region: RegionConfig): Promise<void> {
    const pauseMs = this.#lookedAt + LOOK_PAUSE_MS - Date.now();
    if (pauseMs > 0) {
      if (this.#connections >= this.limit(region)) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    await this.#host.look();
  }

  /** Below 0 if the limit was lowered. Nothing is free until the clients have been counted. */
  #free(region: RegionConfig): number {
    const { used } = this.#seats;
    return used === undefined ? 0 : this.limit(region) - used;
  }

  /**
   * A client waits as long as one of its address after the other is let in, since those before it authenticate. Between
   * what is found and what follows from it nothing is awaited: others wait for the same answers.
   */
  async #letIn(network: string, region: RegionConfig): Promise<Admission> {
    const cameAt = Date.now();
    for (let checks = 0; ; checks += 1) {
      if (this.#hasFailedTooOften(network, region)) return GUESSES;
      if (this.#free(region) <= 0) return FULL;
      const seat = this.#seatFor(network, region);
      if (seat !== undefined) return seat;
      const end = Math.min(
        cameAt + IDLE_AFTER_MS,
        Math.max(cameAt, this.#newcomers.newestAt(network)) + WAIT_MS,
      );
      if (checks > 0 && (this.#isHopeless(network, region) || Date.now() >= end)) return CROWDED;
      await this.#check.again();
    }
  }

  /** Undefined if too many have not authenticated, as far as is known. */
  #seatFor(network: string, region: RegionConfig): Admission | undefined {
    if (this.#isHopeless(network, region)) return undefined;
    if (this.#newcomers.of(network) >= this.#mostOf(network, region)) return undefined;
    const newcomer = this.#newcomers.note(network, Date.now());
    return { seat: Object.assign(this.#seats.take(), { newcomer }) };
  }

  /** Whether so many are idle that no client is let in until one of them has gone. */
  #isHopeless(network: string, region: RegionConfig): boolean {
    const { all, ofNetwork } = this.#newcomers.idle(network);
    const { maxUnauthenticated } = region.limits;
    if (maxUnauthenticated > 0 && all >= maxUnauthenticated) return true;
    return ofNetwork > 0 && ofNetwork >= this.#mostOf(network, region);
  }

  #hasFailedTooOften(network: string, { limits }: RegionConfig): boolean {
    const { maxFailedSignInsPerAddress: most = MOST_FAILED } = limits;
    return most > 0 && this.#failed.of(network, Date.now()) >= most;
  }

  /** How many of an address may not have authenticated: its limit, and never more than half of the room. */
  #mostOf(network: string, region: RegionConfig): number {
    const { maxUnauthenticatedPerAddress } = region.limits;
    if (maxUnauthenticatedPerAddress === 0) return Number.POSITIVE_INFINITY;
    const room = this.#free(region) + this.#newcomers.of(network);
    return Math.min(maxUnauthenticatedPerAddress, Math.max(1, Math.floor(room / 2)));
  }

  async #settle(): Promise<void> {
    // Those that have not authenticated are last in the server's list: its length has to be asked just before.
    await this.#host.look();
    const askedAt = Date.now();
    const atMost = this.#newcomers.size + SPARE_CONNECTIONS;
    const [ages, failed] = await Promise.all([
      this.#host.unauthenticated(this.#connections, atMost),
      this.#newcomers.hasNetworkOf(SUSPICIOUS) ? this.#host.failedSignIns(atMost) : [],
    ]);
    const beganAt = (age: number) => askedAt - age;
    const networks = this.#newcomers.settle(ages.map(beganAt), askedAt, failed.map(beganAt));
    for (const network of networks) this.#failed.note(network, askedAt);
  }
}
