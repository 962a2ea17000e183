// What a decision about a region's servers is made of: what is seen, what is remembered, and the record of why.

/** From the configuration of the region. Times are in ms. */
export interface ScalingSettings {
  /** The fewest and the most servers, the region's own included. */
  readonly min: number;
  readonly max: number;
  /** For how many more clients there is to be room at any time. */
  readonly freeConnections: number;
  readonly windowMs: number;
  /** How many clients one server takes. */
  readonly capacity: number;
}

/**
 * - `up`: it takes clients
 * - `starting`: it will soon
 * - `draining`: it takes none any more, and lets go of those it has
 * - `failed`: it does not come up, so nobody counts on it
 * - `stopped`
 */
export type ServerState = 'up' | 'starting' | 'draining' | 'failed' | 'stopped';

/** A server of the region, as it was seen last. */
export interface SeenServer {
  /** 1: the region's own; the others are members. */
  readonly number: number;
  readonly state: ServerState;
  /** As it said last; undefined if it never did. */
  readonly clients: number | undefined;
  /** Whether it answered the last look. */
  readonly isHeard: boolean;
}

/** One look, as it is remembered for a window. */
export interface RememberedLook {
  /** In ms since the epoch. */
  readonly at: number;
  readonly clients: number;
  /** How many servers were needed. */
  readonly needed: number;
  /** Whether all servers answered. */
  readonly isWhole: boolean;
}

/** What is kept from one decision to the next. It begins empty. */
export interface ScalingMemory {
  /** Oldest first; a window of them, and the time that a start takes. */
  readonly looks: readonly RememberedLook[];
  /** When a server was last started or taken out of service; ms since the epoch. */
  readonly changedAt?: number;
}

export const NOTHING_SEEN: ScalingMemory = { looks: [] };

export interface ScalingInput {
  /** All that are not stopped, in any order; the region's own at least. */
  readonly servers: readonly SeenServer[];
  /** How long a start takes, as it was measured: the time for which growth is expected to go on. */
  readonly startMs: number;
  /** Why no server may leave now, if it may not, for a reason that is not of the load. */
  readonly stay?: string;
}

/** What is to be done; numbers are those of servers. */
export type ScalingAction =
  | { readonly kind: 'none' }
  /** Start them, or take them back into service. */
  | { readonly kind: 'start'; readonly servers: readonly number[] }
  /** Take it out of service: its clients are told to leave. */
  | { readonly kind: 'drain'; readonly server: number };

/**
 * What kept the number from being another one:
 * - `most`: more would be needed than there may be
 * - `least`: fewer would do, and there may not be fewer
 * - `window`: more were needed a while ago, within the window
 * - `unknown`: nothing is known of the whole window yet
 * - `changed`: the last change was within the window
 * - `unanswered`: a server did not answer, now or within the window
 * - `under-way`: a start or a drain is not over
 * - `stay`: for a reason that is not of the load
 */
export const HOLDS = [
  'most',
  'least',
  'window',
  'unknown',
  'changed',
  'unanswered',
  'under-way',
  'stay',
] as const;
export type HoldKind = (typeof HOLDS)[number];

export interface Hold {
  readonly kind: HoldKind;
  readonly text: string;
}

/** The record of a decision. */
export interface ScalingDecision {
  readonly at: number;
  /** Of all servers, as far as they are known. */
  readonly clients: number;
  /** Servers that did not answer: the last that is known of them counts. */
  readonly unanswered: readonly number[];
  /** How many more came during the last `startMs`: as many are expected to come while a server starts. */
  readonly growth: number;
  readonly startMs: number;
  /** How many more clients the servers take that are up or starting; below 0 if they have too many. */
  readonly free: number;
  /** Servers that are up or starting. */
  readonly serving: number;
  /** How many are needed now, within what may be. */
  readonly needed: number;
  /** The most that were needed within the window. */
  readonly peak: number;
  readonly action: ScalingAction;
  readonly heldBack: readonly Hold[];
  /** In one sentence. */
  readonly reason: string;
}
