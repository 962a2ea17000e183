// Keeps the links of one region. The region's object owns one, tells it when its server comes up or goes down and when
// a peer comes up or the setting of compression changes, and calls `reconcile` from its alarm.

import type { LinkTransport } from '../../api/states.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { CompressionAttempts } from './compression-attempts.ts';
import { Link } from './link.ts';
import type { LinkReport } from './link-report.ts';
import type { RouteCompression } from './route-compression.ts';
import { RouteRefusedError, type RouteShare } from './route-handshake.ts';
import { asOne } from './routes-of-link.ts';
import { type ByteChannel, closeQuietly, type Splice, type SpliceOptions, splice } from './splice.ts';
import { peersThatDial, peersToDial, turnOf } from './topology.ts';
import type { TransportSetting } from './transport.ts';

/** What the mesh needs of the object it belongs to: its only access to sockets and other objects. */
export interface MeshHost {
  /**
   * A new connection to the route port of the region's own server. The mesh owns it from then on. A failure to connect
   * may throw here or show as a channel's failure does; either way this attempt has failed, and the link is retried.
   */
  dialLocal(): ByteChannel;
  /**
   * The same to a peer's server, through the peer's object and over this transport. An object whose server does not run answers with a line
   * that refuses the route (`refusalLine`). After `asleep` it is not dialled again until it announces that it is up.
   */
  dialPeer(peer: string, transport: LinkTransport): ByteChannel | Promise<ByteChannel>;
  /**
   * Why this region and a peer must not be linked now, as soon as that is known; undefined if they may be. A refused
   * link is retried.
   */
  whyNotLink(peer: string): Promise<string | undefined> | undefined;
  /** How the route to a peer is to be compressed, as the configuration is now. Must not throw. */
  compressionWith(peer: string): RouteCompression;
  /**
   * Tells a peer's object that this region is up, and returns whether the peer is too, so that it dials. Rejects if it
   * could not; then `reconcile` repairs the link later.
   */
  announceTo(peer: string): Promise<boolean>;
  /** Called with each failure, for the log; the mesh retries by itself. Must not throw. */
  onFailure(peer: string, error: unknown): void;
  now(): number;
  random(): number;
}

export interface MeshOptions {
  readonly region: string;
  /** All regions of the configuration. */
  readonly regions: readonly string[];
  readonly retryMaxMs: number;
  /** Both servers send their INFO at once; a handshake that takes longer than this has failed, and is retried. */
  readonly handshakeTimeoutMs: number;
  readonly transport: TransportSetting;
  /** The system account, for which two servers may both want a route of its own. Default: `$SYS`. */
  readonly systemAccount?: string;
  /** How many routes a link is, as its servers are configured. Default: 1. */
  readonly routesPerLink?: number;
}

/** A link that is up for this long without a route in the server's `/routez` is broken. */
const ROUTE_MISSING_AFTER_MS = 5_000;

/**
 * A link that is up for this long and over which the server has heard nothing is broken: it pings after a second, and gives up
 * a route that takes longer than `write_deadline` (10 s, nats-server.conf) to be written to.
 */
export const HEARD_WITHIN_MS = 15_000;

/** Longer than a link takes to be made again over the longest distance, its five round trips and the servers' share. */
export const TURN_MS = 2_000;
/**
 * Links of one object that may be sockets: Workers and objects may hold six outgoing connections at a time, and Cloudflare's
 * page on `connect()` counts sockets among them (November 2026). Calls are none.
 */
export const MAX_SOCKETS = 6;

/** nats-server's own, unless it has an operator. */
const SYSTEM_ACCOUNT = '$SYS';

export class MeshKeeper {
  readonly #host: MeshHost;
  readonly #options: MeshOptions;
  readonly #links = new Map<string, Link>();
  /** Peers that dial this side, and are up or have not said yet. */
  #awaited = new Set<string>();
  readonly #attempts = new CompressionAttempts();
  /** What was wanted of each link when it was last opened. */
  readonly #wanted = new Map<string, RouteCompression>();
  readonly #turns = new Set<ReturnType<typeof setTimeout>>();
  /** When the configuration last wanted other compression. */
  #recompressedAt = Number.NEGATIVE_INFINITY;

  constructor(host: MeshHost, options: MeshOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** The region's own server is up: dials the peers that this side dials, and notifies the others. */
  serverUp(): void {
    this.serverDown();
    const { region, regions, transport, routesPerLink = 1 } = this.#options;
    const withSockets = Math.floor(MAX_SOCKETS / routesPerLink);
    for (const [index, peer] of peersToDial(region, regions).entries()) {
      this.#links.set(peer, this.#newLink(peer, index < withSockets ? transport : withoutSocket(transport)));
    }
    for (const peer of peersThatDial(region, regions)) void this.#announceTo(peer);
  }

  /** The region's own server is gone, and its connections with it. */
  serverDown(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#awaited = new Set();
    this.#forgetTurns();
    this.#attempts.forget();
  }

  /**
   * The configuration may want other compression now: the links that it concerns are made again, each when it has its
   * turn, so that no server loses more than one at a time. All objects are told at about the same time. One edit that soon
   * follows another may not be the last: its turns begin later, and start anew with the next.
   */
  recompress(): void {
    this.#forgetTurns();
    this.#attempts.forget();
    const { region, regions } = this.#options;
    const now = this.#host.now();
    const firstTurn = now - this.#recompressedAt < TURN_MS ? 1 : 0;
    this.#recompressedAt = now;
    for (const link of this.#links.values()) {
      if (this.#isAsWanted(link)) continue;
      const timer = setTimeout(
        () => {
          this.#turns.delete(timer);
          if (!this.#isAsWanted(link)) link.remake();
        },
        (firstTurn + turnOf(region, link.peer, regions)) * TURN_MS,
      );
      this.#turns.add(timer);
    }
  }

  /** A peer says that its server is up. */
  peerUp(peer: string): void {
    this.#links.get(peer)?.kick();
  }

  /** Establishes the links that were refused so far, in both directions. */
  async retry(): Promise<void> {
    for (const link of this.#links.values()) if (link.remoteServerId === undefined) link.kick();
    const { region, regions } = this.#options;
    await Promise.all(peersThatDial(region, regions).map((peer) => this.#announceTo(peer)));
  }

  /**
   * Repairs links whose failure was not noticed, or whose peer's message was lost.
   *
   * @param connected ids of the servers that the region's own server has routes to, from `/routez`
   * @param unheard of these, those that have not answered a ping yet
   * @returns whether the servers of all links that are up hear each other: if not, they are to be looked at again soon
   */
  reconcile(connected: ReadonlySet<string>, unheard: ReadonlySet<string> = new Set()): boolean {
    let areHeard = true;
    for (const link of this.#links.values()) {
      const id = link.remoteServerId;
      if (id === undefined) link.kick();
      else if (connected.has(id) && !unheard.has(id)) this.#attempts.works(link.peer);
      else {
        areHeard = false;
        this.#doubt(link, connected.has(id));
      }
    }
    return areHeard;
  }

  /** Breaks a link whose servers should hear each other by now. */
  #doubt(link: Link, isConnected: boolean): void {
    const upMs = this.#host.now() - link.since;
    if (upMs <= (isConnected ? HEARD_WITHIN_MS : ROUTE_MISSING_AFTER_MS)) return;
    if (isConnected) this.#attempts.unheard(link.peer, link.agreed?.compression ?? 'off');
    link.reset();
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
    return [...this.#links.values()].map((link) => {
      const { peer, state, since, remade, transport, remoteServerId, agreed } = link;
      return {
        ...{ peer, state, since, remade, transport, remoteServerId },
        ...(agreed && { compression: agreed.compression }),
        ...(agreed?.plainBecause !== undefined && { plainBecause: agreed.plainBecause }),
      };
    });
  }

  #isAsWanted({ peer }: Link): boolean {
    return this.#wanted.get(peer) === this.#host.compressionWith(peer);
  }

  #forgetTurns(): void {
    for (const timer of this.#turns) clearTimeout(timer);
    this.#turns.clear();
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

  #newLink(peer: string, transport: TransportSetting): Link {
    const { now, random } = this.#host;
    return new Link({
      peer,
      open: (transport) => this.#open(peer, transport),
      transport,
      retryMaxMs: this.#options.retryMaxMs,
      now: now.bind(this.#host),
      random: random.bind(this.#host),
      onFailure: (failed, error) => this.#host.onFailure(failed, error),
    });
  }

  async #open(peer: string, transport: LinkTransport): Promise<Splice> {
    const asked = this.#host.whyNotLink(peer);
    const reason = asked === undefined ? undefined : await asked;
    if (reason !== undefined) throw new RouteRefusedError(reason);
    const wanted = this.#host.compressionWith(peer);
    this.#wanted.set(peer, wanted);
    const { compression, plainBecause } = this.#attempts.next(peer, wanted);
    // An edit is to try again what was given up, even if it comes to the same for this link.
    if (plainBecause !== undefined) this.#wanted.delete(peer);
    const made = await this.#makeRoutes(peer, transport, compression);
    const watched = this.#watched(peer, made);
    return plainBecause === undefined ? watched : { ...watched, agreed: { compression, plainBecause } };
  }

  /** One route, or as many as the servers want. If one cannot be made, none stays. */
  async #makeRoutes(peer: string, transport: LinkTransport, compression: RouteCompression): Promise<Splice> {
    const first = await this.#makeRoute(peer, transport, { compression });
    // What the servers say, rather than the setting, which may be another by now.
    const { poolSize = 0 } = first;
    if (poolSize === 0) return first;
    const { systemAccount: account = SYSTEM_ACCOUNT } = this.#options;
    const ofPool = Array.from({ length: poolSize - 1 }, (_, n): RouteShare => ({ poolIndex: n + 1 }));
    const tries = await Promise.allSettled(
      [...ofPool, { account }].map((share) => this.#makeRoute(peer, transport, { compression, share })),
    );
    const others = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const link = asOne(first, others);
    const failed = tries.find((each) => each.status === 'rejected');
    if (failed === undefined) return link;
    link.close();
    throw failed.reason;
  }

  async #makeRoute(
    peer: string,
    transport: LinkTransport,
    options: Pick<SpliceOptions, 'compression' | 'share'>,
  ): Promise<Splice> {
    const { handshakeTimeoutMs } = this.#options;
    const far = await this.#dialPeer(peer, transport);
    try {
      return await splice(this.#host.dialLocal(), far, { handshakeTimeoutMs, ...options });
    } catch (error) {
      this.#attempts.failed(peer, error);
      closeQuietly(far);
      throw error;
    }
  }

  /** Notes how long it lasts, unless it is cut from here: that says nothing about it. */
  #watched(peer: string, made: Splice): Splice {
    const since = this.#host.now();
    let isCut = false;
    void made.ended.then(() => {
      if (!isCut) this.#attempts.ended(peer, made.agreed?.compression ?? 'off', this.#host.now() - since);
    });
    const close = () => {
      isCut = true;
      made.close();
    };
    return { ...made, close };
  }

  async #dialPeer(peer: string, transport: LinkTransport): Promise<ByteChannel> {
    const { handshakeTimeoutMs } = this.#options;
    const dialled = this.#host.dialPeer(peer, transport);
    if (!(dialled instanceof Promise)) return dialled;
    try {
      return await withTimeout(dialled, handshakeTimeoutMs, `no answer within ${handshakeTimeoutMs} ms`);
    } catch (error) {
      // It may come yet.
      dialled.then(closeQuietly, () => {});
      throw error;
    }
  }
}

function withoutSocket(transport: TransportSetting): TransportSetting {
  return transport === 'auto' ? 'rpc' : transport;
}
