// What a data center has seen of a region: round trips it measured, and what the region said of itself. All of it
// may be absent, old or wrong; the decision must be good without it.

import type { SeenState } from '../api/states.ts';

/** Round trips from one data center to one region. */
export interface Measurement {
  /** Exponentially weighted mean, ms. */
  readonly meanMs: number;
  /** Exponentially weighted variance, ms squared. */
  readonly varianceMs2: number;
  readonly samples: number;
}

/** What a region said of itself, seen from one data center. */
export interface RegionObservation {
  readonly measurement?: Measurement;
  /** Its state when it last answered; `unreachable` when it did not. */
  readonly state?: SeenState;
  readonly clients?: number;
  /** How many its server takes: its own limit, from when it started. */
  readonly maxClients?: number;
  /** Share of the regions that are up to which it has a route, 0 to 1. */
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
  /** The region that this data center has been choosing; another must be better by a margin. */
  readonly incumbent?: string;
}

export const NOTHING_OBSERVED: Observations = { regions: new Map() };
