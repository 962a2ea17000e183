// The record of a forecast: what a change of the configuration would do. Plain data, as JSON carries it.
// Every share is one of all clients, 0 to 1; a region that is null is none: the client is refused.

import type { RegionId } from '../../regions/config.ts';
import type { Traffic, TrafficPlace } from './traffic.ts';

/** Some of the clients, by where they come from. */
export interface CountryShare {
  /** ISO 3166 alpha-2; `XX` stands for those whose country is not known. */
  readonly country: string;
  readonly share: number;
}

export interface ColoShare {
  readonly colo: string;
  readonly share: number;
}

/** Clients that another region would serve than now. */
export interface Move {
  readonly from: RegionId | null;
  readonly to: RegionId | null;
  readonly share: number;
  /** Where most of them come from, most first. */
  readonly countries: readonly CountryShare[];
  readonly colos: readonly ColoShare[];
}

/** Expected round trips of the clients that are served; null when nobody is. */
export interface LatencySummary {
  readonly meanMs: number | null;
  readonly p95Ms: number | null;
}

/** Clients of one place, with the round trip that they would have. */
export interface WorstClients extends TrafficPlace {
  readonly share: number;
  readonly from: RegionId | null;
  readonly to: RegionId;
  /** Null where they are refused now. */
  readonly beforeMs: number | null;
  readonly afterMs: number;
}

/** A limit that the clients of a region would pass. */
export interface PassedLimit {
  readonly region: RegionId;
  readonly clients: number;
  readonly limit: number;
  readonly kind: 'soft' | 'hard';
}

/** A country of which some or all clients would be refused. */
export interface UnservedCountry extends CountryShare {
  /** How much of all traffic is refused; 0 where a rule shuts a country out that sent none. */
  readonly share: number;
  /** Whether the present configuration serves it, so that the change is to blame. */
  readonly isNew: boolean;
}

export interface RegionShare {
  readonly region: RegionId;
  readonly before: number;
  readonly after: number;
}

export interface Forecast {
  readonly source: Traffic['source'];
  /** Connections that the samples stand for; 0 when they are the world's people. */
  readonly clients: number;
  /** Places that were replayed. */
  readonly samples: number;
  /** How sure this is, in a sentence or two. */
  readonly confidence: string;
  /** A share is this near to what will be with a probability of 95%, if clients stay who they are. */
  readonly marginShare: number;
  readonly movedShare: number;
  /** Largest first. */
  readonly moves: readonly Move[];
  readonly latency: {
    readonly before: LatencySummary;
    readonly after: LatencySummary;
    /** At most ten, worst first. */
    readonly worst: readonly WorstClients[];
  };
  readonly limits: readonly PassedLimit[];
  /** Largest share first. */
  readonly unserved: readonly UnservedCountry[];
  /** Every region of either configuration; with `refused` they sum to 1. */
  readonly regions: readonly RegionShare[];
  readonly refused: { readonly before: number; readonly after: number };
}
