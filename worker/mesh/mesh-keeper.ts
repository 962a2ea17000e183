// Keeps the links of one region. The region's object owns one, tells it when its server comes up and goes, passes
// on what peers say, and calls `reconcile` from its alarm.

import type { MeshLink } from '../../api/mesh.ts';
import { Link } from './link.ts';
import { type ByteChannel, type Splice, splice } from './splice.ts';
import { peersThatDial, peersToDial } from './topology.ts';

/** What the mesh needs of the object it lives in. The one seam to sockets and other objects. */
export interface MeshHost {
  /**
   * A new connection to the route port of the own server, which the mesh owns from then on. One that does not come
   * about may throw here or fail as a channel does; either way that try is over, and the link is tried again.
   */
  dialLocal(): ByteChannel;
  /**
   * The same to a peer's server, through the peer's object. An object whose server does not run answers with a line
   * that refuses the route (`refusalLine`): with `asleep` it is left alone until it says that it is up.
   */
  dialPeer(peer: string): ByteChannel;
  /**
   * Tells a peer's object that this region is up, and returns whether the peer is too, so that it dials. One that does
   * not get there rejects; `reconcile` makes up for it.
   */
  announceTo(peer: string): Promise<boolean>;
  /** Told of each failure, for the log; the mesh tries again by itself. Must not throw. */
  onFailure(peer: string, error: unknown): void;
  now(): number;
  random(): number;
}

export interface MeshOptions {
  readonly region: string;
  /** All regions of the configuration. */
  readonly regions: readonly string[];
  readonly retryMaxMs: number;
  /** Both servers send their INFO at once; a link that took longer than this to shake hands is given up and retried. */
  readonly handshakeTimeoutMs: number;
}

/** A link as its dialling side knows it. */
export interface LinkReport extends Pick<MeshLink, 'state' | 'since' | 'remade'> {
  readonly peer: string;
  readonly remoteServerId: string | undefined;
}

/** A link that has been up for this long without the server knowing its remote is no link. */
const ROUTE_MISSING_AFTER_MS = 5_000;

export class MeshKeeper {
  readonly #host: MeshHost;
  readonly #options: MeshOptions;
  readonly #links = new Map<string, Link>();
  /** Peers that dial this side, and are up or have not said yet. */
  #awaited = new Set<string>();

  constructor(host: MeshHost, options: MeshOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** The own server is up: dial those that are this side's to dial, and tell the others. */
  serverUp(): void {
    this.serverDown();
    const { region, regions } = this.#options;
    for (const peer of peersToDial(region, regions)) this.#links.set(peer, this.#newLink(peer));
    for (const peer of peersThatDial(region, regions)) void this.#announceTo(peer);
  }

  /** The own server is gone, and its connections with it. */
  serverDown(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#awaited = new Set();
  }

  /** A peer says that its server is up. */
  peerUp(peer: string): void {
    this.#links.get(peer)?.kick();
  }

  /**
   * Mends what no message told of.
   *
   * @param connected ids of the servers that the own server has routes to, from `/routez`
   */
  reconcile(connected: ReadonlySet<string>): void {
    for (const link of this.#links.values()) {
      const id = link.remoteServerId;
      if (id === undefined) link.kick();
      else if (!connected.has(id) && this.#host.now() - link.since > ROUTE_MISSING_AFTER_MS) link.reset();
    }
  }

  /**
   * Whether the own server is linked with all that are up: those that sleep, or do not answer, are not waited for.
   *
   * @param isConnected whether the own server has a route to a region's server
   */
  isLinked(isConnected: (region: string) => boolean): boolean {
    const links = [...this.#links.values()];
    const dialled = links.filter(({ state }) => state === 'connecting' || state === 'up');
    return [...dialled.map(({ peer }) => peer), ...this.#awaited].every(isConnected);
  }

  /** The links that this side dials. */
  reports(): readonly LinkReport[] {
    return [...this.#links.values()].map(({ peer, state, since, remade, remoteServerId }) => ({
      peer,
      state,
      since,
      remade,
      remoteServerId,
    }));
  }

  async #announceTo(peer: string): Promise<void> {
    const awaited = this.#awaited;
    awaited.add(peer);
    try {
      if (!(await this.#host.announceTo(peer))) awaited.delete(peer);
    } catch (error) {
      awaited.delete(peer);
      this.#host.onFailure(peer, error);
    }
  }

  #newLink(peer: string): Link {
    const { now, random } = this.#host;
    return new Link({
      peer,
      open: () => this.#open(peer),
      retryMaxMs: this.#options.retryMaxMs,
      now: now.bind(this.#host),
      random: random.bind(this.#host),
      onFailure: (failed, error) => this.#host.onFailure(failed, error),
    });
  }

  async #open(peer: string): Promise<Splice> {
    return splice(this.#host.dialLocal(), this.#host.dialPeer(peer), this.#options.handshakeTimeoutMs);
  }
}
