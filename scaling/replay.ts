// What a load would have come to: the decisions that follow from a trace, on servers that start, fill and drain as the real
// ones do, with the clients counted that no server had room for. Pure and the same every time.

import { decideMembers } from './decide-members.ts';
import {
  NOTHING_SEEN,
  type ScalingDecision,
  type ScalingMemory,
  type ScalingSettings,
  type SeenServer,
} from './decision.ts';

/** So many clients want to be connected from then on. */
export interface TracePoint {
  /** In ms, from any beginning; later than the point before. */
  readonly at: number;
  readonly clients: number;
}

export interface ReplayOptions {
  /** How long a server takes to start, ms. */
  readonly startMs: number;
  /** Time between two looks at the servers, ms. */
  readonly lookEveryMs: number;
  /** Within which a server that is taken out of service has let go of its clients, ms. */
  readonly drainMs: number;
  /** Whether a server answers a look; by default each does. For tests. */
  readonly answers?: (server: number, at: number) => boolean;
}

/** A decision that changed something, with how many servers there were. */
export interface ReplayChange {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly clients: number;
  readonly growth: number;
  /** Numbers of the servers that are started, or of the one that is taken out of service. */
  readonly servers: readonly number[];
  readonly reason: string;
}

export interface Replay {
  readonly changes: readonly ReplayChange[];
  /** All decisions, in their order. */
  readonly decisions: readonly ScalingDecision[];
  /** Clients that no server had room for: they would have gone to the next region. */
  readonly refused: number;
  /** Clients that a drain moved. */
  readonly moved: number;
  /** The most servers at the same time. */
  readonly most: number;
  /** Seconds of servers, the region's own included: what is paid for. */
  readonly serverSeconds: number;
}

interface Server {
  readonly number: number;
  state: 'starting' | 'up' | 'draining';
  /** When it is up (starting), or began to drain. */
  since: number;
  clients: number;
  /** As it said last. */
  told: number | undefined;
}

/** The load is looked at this often, ms. */
const STEP_MS = 500;

/** @throws Error for a trace without points, or whose times do not rise */
export function replay(
  trace: readonly TracePoint[],
  settings: ScalingSettings,
  options: ReplayOptions,
): Replay {
  const [first, last] = [trace[0], trace.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the trace has no points');
  if (trace.some(({ at }, index) => index > 0 && at <= (trace[index - 1]?.at ?? at)))
    throw new Error('the times of the trace do not rise');
  const run = new Run(settings, options, first.at);
  let point = 0;
  // Beyond its end for as long as what follows from it may take.
  const end = last.at + settings.windowMs * settings.max + options.drainMs;
  for (let now = first.at; now <= end; now += STEP_MS) {
    while (point + 1 < trace.length && (trace[point + 1]?.at ?? end) <= now) point += 1;
    run.step(now, trace[point]?.clients ?? 0);
  }
  return run.result;
}

class Run {
  readonly #settings: ScalingSettings;
  readonly #options: ReplayOptions;
  readonly #changes: ReplayChange[] = [];
  readonly #decisions: ScalingDecision[] = [];
  #servers: Server[];
  #memory: ScalingMemory = NOTHING_SEEN;
  #nextLook: number;
  #refused = 0;
  #turnedAway = 0;
  #moved = 0;
  #most: number;
  #serverMs = 0;

  constructor(settings: ScalingSettings, options: ReplayOptions, now: number) {
    this.#settings = settings;
    this.#options = options;
    this.#nextLook = now;
    // As many as there are at rest.
    const resting = Math.min(
      settings.max,
      Math.max(settings.min, Math.ceil(settings.freeConnections / settings.capacity), 1),
    );
    this.#servers = Array.from({ length: resting }, (_, index) => ({
      number: index + 1,
      state: 'up',
      since: now,
      clients: 0,
      told: 0,
    }));
    this.#most = resting;
  }

  get result(): Replay {
    return {
      changes: this.#changes,
      decisions: this.#decisions,
      refused: this.#refused,
      moved: this.#moved,
      most: this.#most,
      serverSeconds: Math.round(this.#serverMs / 1000),
    };
  }

  step(now: number, wanted: number): void {
    for (const server of this.#servers) {
      if (server.state === 'starting' && server.since <= now) server.state = 'up';
    }
    this.#drain(now);
    this.#connect(wanted);
    if (now >= this.#nextLook) {
      this.#look(now);
      this.#nextLook = now + this.#options.lookEveryMs;
    }
    this.#serverMs += this.#servers.length * STEP_MS;
    this.#most = Math.max(this.#most, this.#servers.length);
  }

  /** Lets go of an equal share of those that are left in each step. */
  #drain(now: number): void {
    for (const server of this.#servers.filter(({ state }) => state === 'draining')) {
      const leftMs = server.since + this.#options.drainMs - now;
      const share = leftMs <= 0 ? 1 : Math.min(1, STEP_MS / leftMs);
      const leaving = Math.ceil(server.clients * share);
      server.clients -= leaving;
      this.#moved += leaving;
      // They are found a place at once.
      this.#fill(leaving);
    }
    this.#servers = this.#servers.filter(({ state, clients }) => state !== 'draining' || clients > 0);
  }

  #connect(wanted: number): void {
    const connected = this.#servers.reduce((sum, { clients }) => sum + clients, 0);
    if (wanted < connected) this.#disconnect(connected - wanted);
    if (wanted <= connected) {
      this.#turnedAway = 0;
      return;
    }
    // Who was refused tries again, and counts once.
    const left = this.#fill(wanted - connected);
    this.#refused += Math.max(0, left - this.#turnedAway);
    this.#turnedAway = left;
  }

  /** Each goes to the server with the fewest clients. Returns how many found no room. */
  #fill(clients: number): number {
    const { capacity } = this.#settings;
    let left = clients;
    while (left > 0) {
      const open = this.#servers
        .filter((each) => each.state === 'up' && each.clients < capacity)
        .toSorted((a, b) => a.clients - b.clients);
      const [least] = open;
      if (least === undefined) return left;
      const level = open.find((each) => each.clients > least.clients)?.clients ?? capacity;
      const equal = open.filter((each) => each.clients === least.clients);
      const share = Math.max(1, Math.min(level - least.clients, Math.floor(left / equal.length)));
      for (const each of equal) {
        const take = Math.min(share, left);
        each.clients += take;
        left -= take;
      }
    }
    return 0;
  }

  #disconnect(clients: number): void {
    let left = clients;
    let connected = this.#servers.reduce((sum, each) => sum + each.clients, 0);
    for (const server of this.#servers) {
      const leaving = Math.min(server.clients, Math.round((left * server.clients) / Math.max(1, connected)));
      connected -= server.clients;
      server.clients -= leaving;
      left -= leaving;
    }
  }

  #look(now: number): void {
    const { answers = () => true, startMs } = this.#options;
    const seen = this.#servers.map((server): SeenServer => {
      const isHeard = answers(server.number, now);
      if (isHeard) server.told = server.clients;
      return { number: server.number, state: server.state, clients: server.told, isHeard };
    });
    const { decision, memory } = decideMembers(this.#memory, { servers: seen, startMs }, this.#settings, now);
    this.#memory = memory;
    this.#decisions.push(decision);
    const { action, reason, serving, clients, growth } = decision;
    if (action.kind === 'none') return;
    if (action.kind === 'drain') {
      const server = this.#servers.find(({ number }) => number === action.server);
      if (server !== undefined) Object.assign(server, { state: 'draining', since: now });
    } else for (const number of action.servers) this.#start(number, now);
    const servers = action.kind === 'drain' ? [action.server] : action.servers;
    const to = serving + (action.kind === 'drain' ? -1 : servers.length);
    this.#changes.push({ at: now, from: serving, to, clients, growth, servers, reason });
  }

  #start(number: number, now: number): void {
    const known = this.#servers.find((each) => each.number === number);
    // One that drains is taken back: as a lame duck it has to start anew, which is what is counted on here.
    const since = now + this.#options.startMs;
    if (known !== undefined) Object.assign(known, { state: 'starting', since });
    else this.#servers.push({ number, state: 'starting', since, clients: 0, told: undefined });
  }
}
