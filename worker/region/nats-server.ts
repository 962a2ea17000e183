// The nats-server in a region's container, as its object reaches it: only the object can.

import { LEAF_PORT, MONITORING_PORT, ROUTE_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import type { Holdings } from '../jetstream/admission/holdings.ts';
import {
  LEADS_QUERY,
  LED_QUERY,
  type LedJsz,
  type LedPosition,
  type LedStream,
  ledPositions,
  ledStreams,
} from '../jetstream/backup/led-streams.ts';
import { CONTROL_NAME } from '../mesh/control-route.ts';
import type { Connection } from './client-mover.ts';
import { type AuthConnz, type CredentialUse, credentialUses, knownSince } from './credential-uses.ts';
import { accountsIn, holdingsOf, type Jsz, type Raftz, SYSTEM_ACCOUNT } from './jetstream-answers.ts';
import type { FailedLeaf } from './leaf-newcomers.ts';
import {
  agesOfFailed,
  agesOfUnauthenticated,
  type Connz,
  connectionsIn,
  failedLeafsIn,
  isInLameDuckMode,
  readMonitoring,
} from './monitoring.ts';
import type { Routez, RoutezRoute, Varz } from './monitoring-answers.ts';
import { routesByPeer } from './routes-by-peer.ts';
import type { MetricsWanted, ServerMetrics } from './server-figures.ts';
import { readServerMetrics } from './server-metrics.ts';
import type { Look } from './server-watch.ts';

/** How many more connections than it was said to have may be listed at the end. */
const MEANWHILE = 1_000;

/** How many of its closed connections are read to find leaf nodes among them: they are few, and clients may be many. */
const CLOSED_READ = 1_024;

/** Of its connections so many are looked at for what they signed in with: more than a server of the largest size takes. */
const USES_READ = 65_536;

/** Makes it enter lame duck mode. */
const SIGUSR2 = 12;

export class NatsServer {
  readonly #container: Container | undefined;
  /** The object's own connections to it: they are no clients. */
  #own = 0;

  constructor(container: Container | undefined) {
    this.#container = container;
  }

  get isRunning(): boolean {
    return this.#container?.running ?? false;
  }

  /**
   * Forwards an upgrade. What comes back is the server's own response, whose WebSocket is forwarded natively.
   *
   * @param path of the server's door
   * @param signal cancels it: the connection to the server is closed, so the server keeps nothing of it
   */
  upgrade(headers: Headers, path: string, signal: AbortSignal): Promise<Response> {
    return this.#port(WEBSOCKET_PORT).fetch(`http://nats-server${path}`, {
      headers,
      signal,
      redirect: 'manual',
    });
  }

  dialRoute(): Socket {
    return this.#port(ROUTE_PORT).connect(`10.0.0.1:${ROUTE_PORT}`);
  }

  dialLeaf(): Socket {
    return this.#port(LEAF_PORT).connect(`10.0.0.1:${LEAF_PORT}`);
  }

  /** An upgrade of the object's own. Whoever keeps the connection counts it with `countOwn`. */
  dialOwn(init: RequestInit): Promise<Response> {
    return this.#port(WEBSOCKET_PORT).fetch('http://nats-server/', init);
  }

  /**
   * A connection of the object's own has been established (1), or is about to end (-1). In this order the server never
   * counts fewer than these, and no client is taken for one of them.
   */
  countOwn(change: 1 | -1): void {
    this.#own += change;
  }

  /** `connections` are those of clients. */
  async varz(): Promise<Varz> {
    const varz = await readMonitoring<Varz>(this.#port(MONITORING_PORT), 'varz');
    return { ...varz, connections: Math.max(0, varz.connections - this.#own) };
  }

  /** @throws Error when it does not answer in time */
  metrics(wanted: MetricsWanted): Promise<ServerMetrics> {
    return readServerMetrics(this.#port(MONITORING_PORT), wanted);
  }

  /** The streams that it leads. */
  async led(): Promise<readonly LedStream[]> {
    return ledStreams(await readMonitoring<LedJsz>(this.#port(MONITORING_PORT), LED_QUERY));
  }

  /** Only which they are. */
  async leads(): Promise<readonly LedPosition[]> {
    return ledPositions(await readMonitoring<LedJsz>(this.#port(MONITORING_PORT), LEADS_QUERY));
  }

  /** @throws Error when it does not answer in time */
  async look(): Promise<Look> {
    const askedAt = Date.now();
    const [{ connections, leafnodes, max_connections }, isClosing] = await Promise.all([
      this.varz(),
      isInLameDuckMode(this.#port(MONITORING_PORT)),
    ]);
    return { connections, leafs: leafnodes, maxConnections: max_connections, isClosing, askedAt };
  }

  /**
   * How long each connection that has not authenticated has existed, ms. The server sorts by round trip, and has not
   * measured it for connections that have sent nothing: they come last.
   *
   * @param connections how many there are
   * @param atMost how many of them to read
   */
  async unauthenticated(connections: number, atMost: number): Promise<readonly number[]> {
    const offset = Math.max(0, connections - atMost);
    // Those that come meanwhile are at the end too.
    const query = `connz?sort=rtt&offset=${offset}&limit=${atMost + MEANWHILE}` as const;
    return agesOfUnauthenticated(await readMonitoring<Connz>(this.#port(MONITORING_PORT), query));
  }

  /** How long ago each connection began that it closed for wrong credentials, ms: of the last `atMost` closed ones. */
  async failedSignIns(atMost: number): Promise<readonly number[]> {
    const query = `connz?state=closed&sort=stop&limit=${atMost}` as const;
    return agesOfFailed(await readMonitoring<Connz>(this.#port(MONITORING_PORT), query));
  }

  /** The leaf nodes among its last closed connections whose credentials it found wrong. */
  async failedLeafs(): Promise<readonly FailedLeaf[]> {
    const askedAt = Date.now();
    const query = `connz?state=closed&sort=stop&limit=${CLOSED_READ}` as const;
    return failedLeafsIn(await readMonitoring<Connz>(this.#port(MONITORING_PORT), query), askedAt);
  }

  /** Its oldest connections, oldest first, but those of Meridian's own. */
  async oldest(atMost: number): Promise<readonly Connection[]> {
    const query = `connz?sort=cid&limit=${atMost}` as const;
    return connectionsIn(await readMonitoring<Connz>(this.#port(MONITORING_PORT), query));
  }

  /** Who signed in with which credentials, and since when that is known. @throws Error when it does not answer in time */
  async credentialUses(): Promise<{ readonly uses: readonly CredentialUse[]; readonly knownSince: number }> {
    const port = this.#port(MONITORING_PORT);
    const ask = (of: string) => readMonitoring<AuthConnz>(port, `connz?auth=1&${of}`);
    const [{ start }, open, closed] = await Promise.all([
      readMonitoring<Varz & { readonly start: string }>(port, 'varz'),
      ask(`limit=${USES_READ}`),
      ask(`state=closed&sort=stop&limit=${CLOSED_READ}`),
    ]);
    return {
      uses: credentialUses(open, closed),
      knownSince: knownSince(Date.parse(start), open, closed),
    };
  }

  /** The servers that it is linked to, each once. */
  async routes(): Promise<readonly RoutezRoute[]> {
    const { routes } = await readMonitoring<Routez>(this.#port(MONITORING_PORT), 'routez');
    return routesByPeer(routes.filter(({ remote_name }) => remote_name !== CONTROL_NAME));
  }

  /** What it holds of JetStream's streams. @param name of the server */
  async holdings(name: string): Promise<Holdings> {
    const port = this.#port(MONITORING_PORT);
    const jsz = await readMonitoring<Jsz>(port, 'jsz?accounts=1&streams=1&consumers=1');
    const accounts = [...new Set([SYSTEM_ACCOUNT, ...accountsIn(jsz)])];
    const raftz = accounts.map((id) => readMonitoring<Raftz>(port, `raftz?acc=${encodeURIComponent(id)}`));
    return holdingsOf(name, jsz, await Promise.all(raftz));
  }

  /** Makes it tell its clients to reconnect. */
  becomeLameDuck(): void {
    this.#container?.signal(SIGUSR2);
  }

  #port(port: number): Fetcher {
    if (this.#container === undefined) throw new Error('this object has no container');
    return this.#container.getTcpPort(port);
  }
}
