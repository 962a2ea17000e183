// Connects a program to an edge of Meridian by its address alone:
//
//   const edge = await fromEndpoint(config.CloudflareEndpoint, { credentials: token(process.env.NATS_TOKEN) });
//
// The edge hands each connection to the best region. A region that fails is left by nats.js's own reconnect: the edge routes the
// client anew. A region that is drained says so before it closes connections, and the client moves ahead of that: a second
// connection takes over, and the first is closed once what is under way on it has ended.

import {
  errors,
  type NatsConnection,
  type Status,
  type WsConnectionOptions,
  wsconnect,
} from '@nats-io/nats-core';
import { discover, originOf, whyNobody } from './about.ts';
import type { Credentials } from './credentials.ts';
import { CredentialsError, NoRegionError, textOf } from './errors.ts';
import { Lease, type Stop } from './lease.ts';

/** Why a client is at another region. */
export type Why = 'connected' | 'reconnected' | 'drained' | 'credentials';

export interface EdgeOptions {
  readonly credentials?: Credentials;
  /** Preferred, best first. Another one serves while none of them does. */
  readonly regions?: readonly string[];
  /** What the servers show of the connection. */
  readonly name?: string;
  /** Told each time the client is at another region. */
  readonly moved?: (region: string, why: Why) => void;
  /** Told what nobody waits for, such as a move that has to be tried again. */
  readonly failed?: (error: Error) => void;
  /** Options of nats.js, after those of this file. */
  readonly nats?: WsConnectionOptions;
}

/** Starts what lasts on a connection, such as subscriptions or a consumer. */
export type Start = (nats: NatsConnection) => Promise<Stop | undefined>;

/** A server that hangs is left after this and one more. */
const PING_EVERY_MS = 10_000;
/** Attempts spread, for all clients of a region lose it together. */
const RECONNECT_FIRST_MS = 250;
const RECONNECT_MOST_MS = 5_000;
const MOVE_AGAIN_MS = 500;
/** The longest that a timer takes, about 25 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * @param endpoint such as `https://nats.example.com`
 * @throws EndpointError, CredentialsError or NoRegionError
 */
export async function fromEndpoint(endpoint: string, options: EdgeOptions = {}): Promise<Edge> {
  const edge = new Edge(originOf(endpoint), options);
  await edge.connect();
  return edge;
}

/** A client of an edge. Its connection changes: call `use` and `serve`, and keep none. */
export class Edge {
  readonly #origin: string;
  readonly #options: EdgeOptions;
  readonly #starts: Start[] = [];
  readonly #leaving = new Set<Promise<void>>();
  #current: Lease | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** Ends once the connection of now has followed the one before, or what is served has started. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Use `fromEndpoint`. */
  constructor(origin: string, options: EdgeOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  async connect(): Promise<void> {
    this.#current = await this.#dial();
    this.#tell(this.#current, 'connected');
  }

  /** The one whose server the client was connected to last. */
  get region(): string {
    return regionOf(this.#lease);
  }

  /**
   * Runs something on the connection of now, which is not closed for a move before it has ended: a request, a publish to a
   * stream, an acknowledgement.
   */
  use<T>(something: (nats: NatsConnection) => Promise<T>): Promise<T> {
    return this.#lease.use(something);
  }

  /** Starts what lasts now and on each connection that follows, where it runs before it is stopped here. */
  serve(start: Start): Promise<void> {
    return this.#inTurn(async () => {
      const stop = await start(this.#lease.nats);
      if (stop !== undefined) this.#lease.stops.push(stop);
      this.#starts.push(start);
    });
  }

  /** Waits for what is under way, and closes the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#renewal);
    await this.#inTurn(() => this.#lease.close());
    await Promise.all(this.#leaving);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #lease(): Lease {
    if (this.#current === undefined) throw new Error('it is connected by fromEndpoint');
    return this.#current;
  }

  #inTurn<T>(something: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(something);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Makes a connection, or says in words why it could not. */
  async #dial(): Promise<Lease> {
    const { credentials, regions = [], name, nats: own } = this.#options;
    const about = await discover(this.#origin);
    const signedIn = await credentials?.(this.#origin, about);
    const query = regions.length === 0 ? '' : `?${new URLSearchParams({ region: regions.join(',') })}`;
    let attempts = 0;
    const nats = await wsconnect({
      ...(name !== undefined && { name }),
      ...(signedIn && { authenticator: signedIn.authenticator }),
      maxReconnectAttempts: -1,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 1,
      ignoreClusterUpdates: true,
      reconnectDelayHandler: () => {
        attempts = Math.min(attempts + 1, 10);
        return Math.random() * Math.min(RECONNECT_FIRST_MS * 2 ** attempts, RECONNECT_MOST_MS);
      },
      ...own,
      servers: about.nats + query,
    }).catch(async (cause: unknown) => {
      throw await this.#explained(cause, query);
    });
    const lease = new Lease(nats);
    void this.#follow(lease, () => {
      attempts = 0;
    });
    if (signedIn?.renewInMs !== undefined) this.#renewIn(signedIn.renewInMs);
    return lease;
  }

  async #explained(cause: unknown, query: string): Promise<Error> {
    const isRefusal =
      cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError;
    if (isRefusal)
      return new CredentialsError(
        this.#origin,
        'took the connection, and its server refuses the credentials: are they for this edge?',
        { cause },
      );
    return new NoRegionError(this.#origin, await whyNobody(this.#origin, query), cause);
  }

  async #follow(lease: Lease, onReconnect: () => void): Promise<void> {
    const on: Partial<Record<Status['type'], () => void>> = {
      reconnect: () => {
        onReconnect();
        if (lease === this.#current) this.#tell(lease, 'reconnected');
      },
      ldm: () => this.#leave(lease, 'drained'),
    };
    for await (const { type } of lease.nats.status()) on[type]?.();
    const error = await lease.nats.closed();
    if (error && lease === this.#current && !this.#closed) this.#fail(await this.#explained(error, ''));
  }

  #leave(from: Lease, why: Why): void {
    void this.#inTurn(() => this.#move(from, why)).catch((error: unknown) => this.#fail(asError(error)));
  }

  /**
   * Make before break. It tries until the server has closed the connection: nats.js then connects it again, at a region that the
   * edge chooses.
   */
  async #move(from: Lease, why: Why): Promise<void> {
    const server = from.nats.info?.server_id;
    while (!this.#closed && from === this.#current) {
      // It is connected elsewhere already, or gone.
      const isOver = from.nats.isClosed() || from.nats.info?.server_id !== server;
      if (why === 'drained' && isOver) return;
      try {
        const next = await this.#beside(from, why);
        this.#current = next;
        this.#tell(next, why);
        const left = from.close();
        this.#leaving.add(left);
        void left.finally(() => this.#leaving.delete(left));
        return;
      } catch (cause) {
        const what = `${regionOf(from)} is to be left (${why}), and is not yet: ${textOf(cause)}`;
        this.#fail(new Error(what, { cause }));
        await new Promise((resolve) => setTimeout(resolve, MOVE_AGAIN_MS));
      }
    }
  }

  /** A second connection, on which everything runs that is served. */
  async #beside(old: Lease, why: Why): Promise<Lease> {
    const next = await this.#dial();
    try {
      if (why === 'drained' && next.nats.info?.server_id === old.nats.info?.server_id)
        throw new Error('the edge chooses it again');
      for (const start of this.#starts) {
        const stop = await start(next.nats);
        if (stop !== undefined) next.stops.push(stop);
      }
      // Its subscriptions are known to the server before those of the old connection end.
      await next.nats.flush();
      return next;
    } catch (error) {
      await next.nats.close();
      throw error;
    }
  }

  /** The connection is replaced before its credentials are no longer valid. */
  #renewIn(ms: number): void {
    clearTimeout(this.#renewal);
    const renew = () => this.#leave(this.#lease, 'credentials');
    this.#renewal = setTimeout(renew, Math.min(ms, LONGEST_TIMER_MS));
  }

  #tell(lease: Lease, why: Why): void {
    this.#options.moved?.(regionOf(lease), why);
  }

  #fail(error: Error): void {
    this.#options.failed?.(error);
  }
}

function regionOf({ nats }: Lease): string {
  return (nats.info?.server_name ?? '').replace(/^nats-/, '');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(textOf(error));
}
