// The result of a forecast, as plain JSON data. Every share is a share of all clients, 0 to 1. A region that is null
// means that the client is refused.

import type { RegionId } from '../../regions/config.ts';
import type { Traffic, TrafficPlace } from './traffic.ts';

/** The clients of one country. */
export interface CountryShare {
  /** ISO 3166 alpha-2; `XX` for clients whose country is unknown. */
  readonly country: string;
  readonly share: number;
}

export interface ColoShare {
  readonly colo: string;
  readonly share: number;
}

/** Clients that would be served by a different region than now. */
export interface Move {
  readonly from: RegionId | null;
  readonly to: RegionId | null;
  readonly share: number;
  /** Where most of them come from, largest share first. */
  readonly countries: readonly CountryShare[];
  readonly colos: readonly ColoShare[];
}

/** Expected round trips of the served clients; null if there are none. */
export interface LatencySummary {
  readonly meanMs: number | null;
  readonly p95Ms: number | null;
}

/** Clients of one place, with their expected round trip. */
export interface WorstClients extends TrafficPlace {
  readonly share: number;
  readonly from: RegionId | null;
  readonly to: RegionId;
  /** Null if they are refused now. */
  readonly beforeMs: number | null;
  readonly afterMs: number;
}

/** A limit that the number of clients of a region would exceed. */
export interface PassedLimit {
  readonly region: RegionId;
  readonly clients: number;
  readonly limit: number;
  readonly kind: 'soft' | 'hard';
}

/** A country some or all of whose clients would be refused. */
export interface UnservedCountry extends CountryShare {
  /** The refused share of all traffic; 0 if a rule excludes a country that sent none. */
  readonly share: number;
  /** Whether the current configuration serves it, so that the change is the cause. */
  readonly isNew: boolean;
}

export interface RegionShare {
  readonly region: RegionId;
  readonly before: number;
  readonly after: number;
}

export interface Forecast {
  readonly source: Traffic['source'];
  /** Connections that the samples represent; 0 if they are the world population. */
  readonly clients: number;
  /** Places that were replayed. */
  readonly samples: number;
  /** How reliable the forecast is, in a sentence or two. */
  readonly confidence: string;
  /** Margin of error of a share at 95% confidence, if the mix of clients stays the same. */
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
  /** Every region of either configuration; together with `refused` they sum to 1. */
  readonly regions: readonly RegionShare[];
  readonly refused: { readonly before: number; readonly after: number };
}
