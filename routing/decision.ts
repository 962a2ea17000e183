// The record of a decision: what getOptimalRegion returns and /api/route shows. Plain data.
//
// Its terms: the effects of the filters on a region are its assessment. A region that no filter dropped is a candidate
// and has a rank; the others are rejected. A setback (failover.ts) is how a region would rank without temporary effects;
// if one would come first, the decision is a failover.

import type { EntrySource } from '../api/decision.ts';
import type { RegionId } from '../regions/config.ts';
import type { Coordinates } from './coordinates.ts';
import type { Estimate } from './estimate.ts';
import type { Refusal } from './filter.ts';
import type { Effect } from './filters/all.ts';
import type { Rank } from './rank.ts';

/** Where a request entered the network. */
export interface Entry {
  readonly source: EntrySource;
  /** The value that was used: `SYD`, `-33.87,151.21`, `AU`, `OC`, or the id of the default region. */
  readonly value: string;
  readonly coordinates: Coordinates;
}

/** The effects of the filters on a region, in their order, whether it may serve the request or not. */
export interface Assessment {
  readonly region: RegionId;
  readonly estimate: Estimate;
  readonly effects: readonly Effect[];
}

/** A region that may serve the request, and its rank among those that may. */
export interface Candidate extends Assessment, Rank {}

/** A region that did not take the client, and why. */
export interface FailedAttempt {
  readonly region: RegionId;
  readonly reason: string;
  readonly ms: number;
}

/** The region did not take the client. */
export interface NotTaken {
  readonly effect: 'fail';
  readonly filter: 'handoff';
  readonly code: 'not-taken';
  readonly message: string;
}

/** Another region serves than the one that would without temporary effects. */
export interface Failover {
  readonly from: RegionId;
  readonly cause: Effect | NotTaken;
}

/** Which region, and why. */
export interface Decision {
  /** Version of the configuration that decided. */
  readonly version: number;
  readonly entry: Entry;
  /** The region that serves the request: the first candidate, or the first that took the client. */
  readonly winner?: RegionId;
  /** Set when another region than the winner would serve, if all were healthy, had room and took the client. */
  readonly failover?: Failover;
  /** Regions that were tried and did not take the client, in this order. Absent before any attempt. */
  readonly failed?: readonly FailedAttempt[];
  /** Ranked, best first. Empty when no region may serve the request. */
  readonly candidates: readonly Candidate[];
  /** Regions that may not serve it; the last effect of each is the drop. */
  readonly rejected: readonly Assessment[];
  /** Set when `candidates` is empty. */
  readonly refusal?: Refusal;
  /** Whether the request asked for the winner. */
  readonly pinned: boolean;
  /** Whether so many regions looked unhealthy that guesses at health were ignored. */
  readonly panic: boolean;
  /** A sleeping region that would be better if it were awake, and should be woken. */
  readonly wake?: RegionId;
  /** What in the request was ignored, and why. */
  readonly notes: readonly string[];
}
