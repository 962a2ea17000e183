// Moves clients from a server: it tells single ones to reconnect, as a server in lame duck mode tells all of them, and ends
// the connection of those that do not within the same grace period. Which server has to let go of how many is
// scaling/decide-rebalance.ts.

import type { ClientRequest } from '../mesh/control-route.ts';
import { messageOf } from '../message-of.ts';

/** What a server is asked for. Crosses RPC. */
export interface LetGo {
  /** How many more are to be told. */
  readonly clients: number;
  /** Only those that have been connected since before; ms since the epoch. */
  readonly since: number;
}

/** What came of it. Crosses RPC. */
export interface LetGoAnswer {
  /** Clients that were told now. */
  readonly told: number;
  /** Told now or before, and still connected. */
  readonly leaving: number;
}

/** A client's connection. */
export interface Connection {
  /** The server's number for it, never used again. */
  readonly cid: number;
  readonly ageMs: number;
}

/** Requests that only the system account may make. */
export interface ControlLine {
  readonly isOpen: boolean;
  request(what: ClientRequest, connection: number): Promise<void>;
  close(): void;
}

export interface ClientMoverHost {
  /** The server's oldest connections, oldest first, without those of Meridian's own. */
  oldest(atMost: number): Promise<readonly Connection[]>;
  open(): Promise<ControlLine>;
  /** How long one that was told may stay. */
  graceMs(): number;
  now(): number;
}

/** It is closed when nothing was asked for so long. */
const IDLE_MS = 30_000;

/** So many more connections are read than are to be told, since some of them came later. */
const SPARE = 32;

export class ClientMover {
  readonly #host: ClientMoverHost;
  /** When each connection was told. */
  readonly #told = new Map<number, number>();
  readonly #ended = new Set<number>();
  #line: ControlLine | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(host: ClientMoverHost) {
    this.#host = host;
  }

  /** @throws Error if the server does not say who is connected, or takes no requests */
  letGo(order: LetGo): Promise<LetGoAnswer> {
    const answer = this.#last.then(() => this.#letGo(order));
    // One after the other, so that nobody is told twice.
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #letGo({ clients, since }: LetGo): Promise<LetGoAnswer> {
    const now = this.#host.now();
    const oldest = await this.#host.oldest(clients + this.#told.size + SPARE);
    this.#forget(new Set(oldest.map(({ cid }) => cid)));
    const chosen = oldest
      .filter(({ cid, ageMs }) => !this.#told.has(cid) && now - ageMs < since)
      .slice(0, clients);
    const overdue = [...this.#told].filter(
      ([cid, at]) => now - at >= this.#host.graceMs() && !this.#ended.has(cid),
    );
    if (chosen.length + overdue.length > 0) {
      const line = await this.#open();
      for (const { cid } of chosen) {
        await line.request('LDM', cid);
        this.#told.set(cid, now);
      }
      for (const [cid] of overdue) {
        await line.request('KICK', cid);
        this.#ended.add(cid);
      }
    }
    return { told: chosen.length, leaving: this.#told.size };
  }

  /** The server has stopped. */
  forget(): void {
    this.#told.clear();
    this.#ended.clear();
    this.#close();
  }

  /** Connections that are no longer among the oldest have ended: their numbers rise. */
  #forget(present: ReadonlySet<number>): void {
    for (const cid of this.#told.keys()) {
      if (present.has(cid)) continue;
      this.#told.delete(cid);
      this.#ended.delete(cid);
    }
  }

  async #open(): Promise<ControlLine> {
    clearTimeout(this.#idle);
    if (this.#line?.isOpen !== true) this.#line = await this.#host.open();
    this.#idle = setTimeout(() => this.#close(), IDLE_MS);
    return this.#line;
  }

  #close(): void {
    clearTimeout(this.#idle);
    this.#idle = null;
    try {
      this.#line?.close();
    } catch (error) {
      console.warn(`a control route was not closed: ${messageOf(error)}`);
    }
    this.#line = undefined;
  }
}
