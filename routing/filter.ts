// A filter is one step of the decision. It looks at one region at a time and may drop it, demote it behind all
// others, postpone it, prefer it, or let it count as nearer or farther; it says so as an effect, or says nothing. That it never
// looks at the other regions is what makes a new region draw clients to itself only.

import type { MeridianConfig, RegionConfig } from '../regions/config.ts';
import type { OptionalFilter } from '../regions/routing-schema.ts';
import type { Effect } from './effect.ts';
import type { Estimate } from './estimate.ts';
import type { RegionObservation } from './observation.ts';
import type { PlannedRegion, RoutingPlan } from './plan.ts';

/** What a filter may look at besides the region. */
export interface FilterContext {
  readonly plan: RoutingPlan;
  /** ISO country of the client, if known. */
  readonly country: string | undefined;
  readonly inEu: boolean;
  /** Hash of whatever tells this client from others. */
  readonly clientHash: number;
  /** Ids of regions that the request prefers, best first. */
  readonly preferred: readonly string[];
  /** Id of the only region that the request accepts. */
  readonly forced: string | undefined;
  /** Id of the region where the client was before. */
  readonly previous: string | undefined;
  readonly incumbent: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** So many regions look unhealthy that health is not believed. */
  readonly panic: boolean;
}

/** A region on its way through the filters. */
export interface Contender {
  readonly region: PlannedRegion;
  readonly observation: RegionObservation | undefined;
  readonly estimate: Estimate;
}

export interface Filter {
  /** By which a configuration switches it off; the others always run. */
  readonly name: OptionalFilter | 'enabled' | 'estimate';
  /** Whether it can ever say something about a region that is configured so: asked once per configuration. */
  readonly concerns: (region: RegionConfig, routing: RoutingConfig) => boolean;
  readonly apply: (contender: Contender, context: FilterContext) => Effect | undefined;
}

export type RoutingConfig = MeridianConfig['routing'];
