// Connects a program to an edge of Meridian by its address alone:
//
//   const edge = await fromEndpoint('https://nats.example.com', { credentials: token(secret) });
//
// The edge hands each connection to the best region. A region that fails is left by nats.js's own reconnect: the edge routes the
// client anew. A region that is drained says so before it closes connections, and the client moves ahead of that: a second
// connection takes over, and the first is closed once what is under way on it has ended.

import type { NatsConnection } from '@nats-io/nats-core';
import { originOf } from './about.ts';
import { Backoff } from './backoff.ts';
import { type DialOptions, dial, refusedBy } from './dial.ts';
import { dialUntil } from './dial-until.ts';
import { ClosedError, textOf } from './errors.ts';
import { guarded } from './guarded.ts';
import type { Lease, Stop } from './lease.ts';
import { pause, within } from './within.ts';

/** Why a client is at another region. */
export type Why = 'connected' | 'reconnected' | 'drained' | 'credentials';

export interface EdgeOptions extends DialOptions {
  /**
   * For how long `fromEndpoint` tries while the edge is there and the connection to a region fails, as when a container starts, in
   * milliseconds. Default: a minute.
   */
  readonly connectWithinMs?: number;
  /** Told each time the client is at another region. What it throws is told to `failed`. */
  readonly moved?: (region: string, why: Why) => void;
  /** Told what nobody waits for, such as a move that has to be tried again. What it throws is written to the console. */
  readonly failed?: (error: Error) => void;
}

/** Starts what lasts on a connection, such as subscriptions or a consumer, within a minute. It may not wait for `serve`. */
export type Start = (nats: NatsConnection) => Promise<Stop | undefined>;

interface Move {
  readonly why: Why;
  /** Whether there is nothing to leave any more. */
  readonly isOver: () => boolean;
  readonly waitMs: () => number;
  /** Id of the server that goes. */
  readonly avoid?: string;
}

const CONNECT_WITHIN_MS = 60_000;
/** Between two attempts to leave a server: its lame duck mode lasts for some seconds at least. */
const AGAIN_FIRST_MS = 500;
const AGAIN_MOST_MS = 5_000;
/** Between two attempts to renew credentials: an issuer is asked each time. */
const RENEW_FIRST_MS = 1_000;
const RENEW_MOST_MS = 30_000;
/** A stream may have to elect a leader. */
const STARTING = { what: 'what is served to start', ms: 60_000 };
const FLUSHING = { what: 'the server to know what is served', ms: 10_000 };
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
  /** Aborted by `close`: what is waited for is given up. */
  readonly #ending = new AbortController();
  #current: Lease | undefined;
  /** Of the current lease, and of no other: `#take` alone sets it. */
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** Whose credentials are being renewed. */
  #renewing: Lease | undefined;
  /** Ends once the connection of now has followed the one before, or what is served has started. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Use `fromEndpoint`. */
  constructor(origin: string, options: EdgeOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  connect(): Promise<void> {
    const until = Date.now() + (this.#options.connectWithinMs ?? CONNECT_WITHIN_MS);
    return this.#inTurn(async () => {
      const first = await dialUntil(until, (timeoutMs) => this.#dial(timeoutMs));
      this.#take(first, 'connected');
    });
  }

  /** The one whose server the client was connected to last. */
  get region(): string {
    return this.#current?.region ?? '';
  }

  /**
   * Runs something on the connection of now, which is not closed for a move before it has ended: a request, a publish to a
   * stream, an acknowledgement.
   *
   * @throws ClosedError after `close`
   */
  async use<T>(something: (nats: NatsConnection) => Promise<T>): Promise<T> {
    return this.#open.use(something);
  }

  /**
   * Starts what lasts now and on each connection that follows, where it runs before it is stopped here.
   *
   * @throws ClosedError after `close`; what it throws itself
   */
  serve(start: Start): Promise<void> {
    return this.#inTurn(async () => {
      await this.#startOn(this.#open, start);
      this.#starts.push(start);
    });
  }

  /** Waits for what is under way, and closes the connection. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#renewal);
    this.#ending.abort(new ClosedError(this.#origin));
    await this.#inTurn(async () => this.#current?.close());
    await Promise.all(this.#leaving);
  }

  /** The lease of now. @throws ClosedError */
  get #open(): Lease {
    const lease = this.#current;
    if (lease === undefined || lease.isOver) throw new ClosedError(this.#origin);
    return lease;
  }

  #inTurn<T>(something: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(something);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #dial(timeoutMs?: number): Promise<Lease> {
    const { signal } = this.#ending;
    const lease = await dial(this.#options, {
      ...{ origin: this.#origin, signal, ...(timeoutMs !== undefined && { timeoutMs }) },
      failed: (error) => this.#fail(error),
    });
    void this.#follow(lease);
    return lease;
  }

  /** It is the connection of now, and the one before is let go. */
  #take(next: Lease, why: Why): void {
    const left = this.#current;
    this.#current = next;
    clearTimeout(this.#renewal);
    const { renewAt } = next;
    if (renewAt !== undefined && !this.#ending.signal.aborted)
      this.#renewal = setTimeout(
        () => this.#renew(next),
        Math.min(Math.max(renewAt - Date.now(), 0), LONGEST_TIMER_MS),
      );
    if (left !== undefined) this.#letGo(left);
    this.#tell(next, why);
  }

  #letGo(lease: Lease): void {
    const left = lease.close();
    this.#leaving.add(left);
    void left.finally(() => this.#leaving.delete(left));
  }

  async #follow(lease: Lease): Promise<void> {
    // What it said before anybody listened.
    if (lease.isLame) this.#leave(lease);
    for await (const status of lease.nats.status()) {
      if (status.type === 'ldm') this.#leave(lease);
      if (status.type === 'reconnect') {
        lease.look();
        if (lease === this.#current) this.#tell(lease, 'reconnected');
      }
      if (status.type === 'error') this.#refused(lease, status.error);
    }
    const cause = await lease.nats.closed();
    if (lease === this.#current && !this.#ending.signal.aborted)
      this.#fail(new ClosedError(this.#origin, cause ? { cause } : {}));
  }

  /** nats.js goes on trying; a sign-in may help. */
  #refused(lease: Lease, cause: Error): void {
    const refusal = refusedBy(this.#origin, cause);
    if (refusal === undefined || lease !== this.#current || this.#ending.signal.aborted) return;
    this.#fail(refusal);
    if (lease.renewAt !== undefined) this.#renew(lease);
  }

  /**
   * A server has said that it goes. By the time of the move the client may be connected to another one, which is not left: that
   * one would say so itself.
   */
  #leave(from: Lease): void {
    const { server } = from;
    if (server === undefined) return;
    const waits = new Backoff(AGAIN_FIRST_MS, AGAIN_MOST_MS);
    const isOver = () => from.isOver || from.server !== server;
    const waitMs = () => waits.next();
    void this.#inTurn(() => this.#move(from, { why: 'drained', isOver, waitMs, avoid: server }));
  }

  /** The connection is replaced before its credentials are no longer valid, and after that too. */
  #renew(from: Lease): void {
    if (this.#renewing === from) return;
    this.#renewing = from;
    const waits = new Backoff(RENEW_FIRST_MS, RENEW_MOST_MS);
    const waitMs = () => waits.next(from.endsAt === undefined ? undefined : from.endsAt - Date.now());
    void this.#inTurn(() => this.#move(from, { why: 'credentials', isOver: () => false, waitMs }));
  }

  /** Make before break. It tries until there is nothing to leave. It never rejects. */
  async #move(from: Lease, { why, isOver, waitMs, avoid }: Move): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted && from === this.#current && !isOver()) {
      try {
        this.#take(await this.#beside(avoid), why);
      } catch (cause) {
        if (signal.aborted) return;
        const what = `${from.region} is to be left (${why}), and is not yet: ${textOf(cause)}`;
        this.#fail(new Error(what, { cause }));
        await pause(waitMs(), signal);
      }
    }
  }

  /**
   * A second connection, on which everything runs that is served.
   *
   * @param avoid the server that goes, if one does
   */
  async #beside(avoid: string | undefined): Promise<Lease> {
    const next = await this.#dial();
    try {
      if (avoid !== undefined && (next.server === avoid || next.isLame))
        throw new Error(`the edge chooses ${next.region}, whose server goes`);
      for (const start of this.#starts) await this.#startOn(next, start);
      // Its subscriptions are known to the server before those of the old connection end.
      await within({ ...FLUSHING, signal: this.#ending.signal }, next.nats.flush());
      return next;
    } catch (error) {
      this.#letGo(next);
      throw error;
    }
  }

  async #startOn(lease: Lease, start: Start): Promise<void> {
    const starting = (async () => start(lease.nats))();
    try {
      const stop = await within({ ...STARTING, signal: this.#ending.signal }, starting);
      if (stop !== undefined) lease.stops.push(stop);
    } catch (error) {
      // It may have started after all; that it did not is what is thrown.
      starting.then((stop) => stop?.()).catch(() => undefined);
      throw error;
    }
  }

  #tell({ region }: Lease, why: Why): void {
    guarded(
      () => this.#options.moved?.(region, why),
      (cause) => this.#fail(new Error(`\`moved\` failed: ${textOf(cause)}`, { cause })),
    );
  }

  #fail(error: Error): void {
    guarded(
      () => this.#options.failed?.(error),
      (cause) => console.error('`failed` of a client of Meridian failed itself:', cause),
    );
  }
}
