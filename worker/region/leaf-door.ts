// Which leaf nodes of others a region that is up admits: up to its limit, never more than half of the free places for those of one
// address that have not signed in, and none of an address that keeps trying wrong credentials. They are counted apart from
// clients, so that a leaf node with a wrong password, which tries again for ever, shuts no client out; sessions that are
// joined are none of them.

import type { RegionConfig } from '../../regions/config.ts';
import { FailedSignIns } from './failed-sign-ins.ts';
import { type FailedLeaf, type LeafNewcomer, LeafNewcomers } from './leaf-newcomers.ts';
import type { Look } from './server-watch.ts';
import { SharedCheck } from './shared-check.ts';
import type { Refusal } from './stages.ts';

export interface LeafDoorHost {
  /** How many leaf links of the server are those of sessions. */
  sessions(): number;
  /** Asks the server how many leaf links it has; the caller passes the answer to `counted`. */
  look(): Promise<unknown>;
  /** The leaf nodes among its last closed connections whose credentials the server found wrong. */
  failedSignIns(): Promise<readonly FailedLeaf[]>;
}

type Admission = Refusal | { readonly seat: LeafNewcomer };

/** Unless the region has a limit of its own. */
const MOST_LEAFS = 100;

/** In a minute, unless the region has a limit of its own: as many as of clients, counted apart. */
const MOST_FAILED = 30;

/** The server is asked who has failed to sign in only if so many of one network came within a minute. */
const SUSPICIOUS = 5;

/** Time between two checks. */
const CHECK_PAUSE_MS = 50;

/** How long one waits for others of its address to sign in: not so long that its region counts as slow. */
const WAIT_MS = 150;

const FULL: Refusal = {
  code: 'door_refused',
  reason: 'it has as many leaf nodes as it takes (limits.maxLeafs)',
};

const UNKNOWN: Refusal = {
  code: 'region_unavailable',
  reason: 'its server does not say how many leaf nodes it has',
};

const CROWDED: Refusal = {
  code: 'rate_limited',
  reason: 'too many leaf nodes of this address have not signed in',
};

const GUESSES: Refusal = {
  code: 'sign_ins_failed',
  reason:
    'too many sign-ins of leaf nodes of this address have failed: correct their credentials, and wait a minute',
};

export class LeafDoor {
  readonly #host: LeafDoorHost;
  readonly #newcomers = new LeafNewcomers();
  readonly #failed = new FailedSignIns();
  /** As the server counted them last; undefined until it was asked. */
  #counted: number | undefined;
  readonly #check = new SharedCheck(() => this.#settle(), CHECK_PAUSE_MS);

  constructor(host: LeafDoorHost) {
    this.#host = host;
  }

  /** The server was just started and has none. */
  open(): void {
    this.#counted = 0;
  }

  /** The server has said how many it has. */
  counted({ leafs }: Pick<Look, 'leafs'>): void {
    const others = this.others(leafs);
    if (this.#counted !== undefined) this.#newcomers.joined(others - this.#counted);
    this.#counted = others;
  }

  /** Of all leaf links of the server those that are not a session's. */
  others(leafs: number): number {
    return Math.max(0, leafs - this.#host.sessions());
  }

  /** A seat for one from a network, or why there is none: not while it is unknown how many there are. `left` gives it back. */
  async admit(network: string, { limits }: RegionConfig): Promise<Admission> {
    const end = Date.now() + WAIT_MS;
    const { maxLeafs: most = MOST_LEAFS, maxFailedSignInsPerAddress: mostFailed = MOST_FAILED } = limits;
    if (mostFailed > 0 && this.#newcomers.of(network) >= SUSPICIOUS) await this.#check.again();
    for (let checks = 0; ; checks += 1) {
      const now = Date.now();
      if (mostFailed > 0 && this.#failed.of(network, now) >= mostFailed) return GUESSES;
      const refusal = this.#refusal(network, most, now);
      if (refusal === undefined) return { seat: this.#newcomers.note(network, now) };
      if (checks > 0 && (refusal !== CROWDED || now >= end)) return refusal;
      await this.#check.again();
    }
  }

  /** The server took it; once it has signed in the server counts it itself. */
  taken(seat: LeafNewcomer): void {
    seat.takenAt = Date.now();
  }

  /** The server did not take it. */
  left(seat: LeafNewcomer): void {
    this.#newcomers.left(seat);
  }

  #refusal(network: string, most: number, now: number): Refusal | undefined {
    if (this.#counted === undefined) return UNKNOWN;
    const { all, ofNetwork } = this.#newcomers.pending(network, now);
    const free = most - this.#counted - all;
    if (free <= 0) return FULL;
    return ofNetwork >= Math.max(1, Math.floor((free + ofNetwork) / 2)) ? CROWDED : undefined;
  }

  async #settle(): Promise<void> {
    // First who has failed, so that what the server counts more are others.
    const listed = await this.#host.failedSignIns();
    const now = Date.now();
    for (const network of this.#newcomers.failed(listed, now)) this.#failed.note(network, now);
    await this.#host.look();
  }
}
