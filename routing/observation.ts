// What a data center knows of a region: the round trips that it measured, and what the region reported. All of it may
// be absent, old or wrong; the decision must be good without it.

import type { SeenState } from '../api/states.ts';

/** What the round trips from one data center to one region say together (round-trips.ts). */
export interface Measurement {
  /** The typical round trip, ms. */
  readonly ms: number;
  /** How many samples it rests on: those that agree less some that do not, and fewer the older they are. 0 or more. */
  readonly samples: number;
}

/** A server of a region that takes clients. */
export interface ServerObservation {
  /** 1 is the region's own. */
  readonly number: number;
  readonly clients: number;
  readonly maxClients: number;
}

/** What a region reported, as seen from one data center. */
export interface RegionObservation {
  readonly measurement?: Measurement;
  /** Its state when it last answered; `unreachable` when it did not. */
  readonly state?: SeenState;
  /** Of an external region that is `unreachable`: why. */
  readonly problem?: string;
  readonly clients?: number;
  /** The connection limit that its server took when it started. */
  readonly maxClients?: number;
  /** Of a region that has more than one: those that are up. */
  readonly servers?: readonly ServerObservation[];
  /** To what share of the regions that are up it has a route, 0 to 1. */
  readonly meshShare?: number;
  /** Until when it is left out because attempts to connect failed; milliseconds since the epoch. */
  readonly ejectedUntil?: number;
  /** When it last refused a client, or could not be handed one; milliseconds since the epoch. */
  readonly refusedAt?: number;
  /** How long it has taken to take clients lately, ms; absent while it is fast. */
  readonly tookMs?: number;
}

/** What one data center knows. */
export interface Observations {
  readonly regions: ReadonlyMap<string, RegionObservation>;
  /** The current choice of this data center; another region must be better by the switching margin. */
  readonly incumbent?: string;
}

export const NOTHING_OBSERVED: Observations = { regions: new Map() };
