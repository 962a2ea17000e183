// How many servers a region needs, decided at each look at its server. The decision is scaling/decide-members.ts.

import { clientCapacity } from '../../regions/client-capacity.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { decideMembers } from '../../scaling/decide-members.ts';
import type { RebalanceDecision } from '../../scaling/decide-rebalance.ts';
import {
  NOTHING_SEEN,
  type ScalingDecision,
  type ScalingInput,
  type ScalingMemory,
  type ScalingSettings,
} from '../../scaling/decision.ts';

/** What the object of a region tells of it. Crosses RPC. */
export interface ScalingStatus {
  readonly settings: ScalingSettings;
  readonly decision: ScalingDecision | undefined;
  /** Absent before the first look. */
  readonly rebalance?: RebalanceDecision;
}

/** Undefined for a region that is one server. */
export function scalingSettings(region: RegionConfig): ScalingSettings | undefined {
  if (region.members === undefined) return undefined;
  const { min, max, freeConnections, windowSeconds } = region.members;
  // The most comes with a deploy, and may have become lower than the least that was set live.
  const least = Math.min(min, max);
  const capacity = clientCapacity(region);
  return { min: least, max, freeConnections, windowMs: windowSeconds * 1000, capacity };
}

/** Keeps what is remembered between the decisions: in memory, so after a reset a whole window is seen anew. */
export class Scaling {
  #memory: ScalingMemory = NOTHING_SEEN;
  #decision: ScalingDecision | undefined;

  get decision(): ScalingDecision | undefined {
    return this.#decision;
  }

  /** Nothing is decided: the region is one server, or is out of service. */
  forget(): void {
    this.#memory = NOTHING_SEEN;
    this.#decision = undefined;
  }

  decide(input: ScalingInput, settings: ScalingSettings, now: number): ScalingDecision {
    const { decision, memory } = decideMembers(this.#memory, input, settings, now);
    this.#memory = memory;
    this.#decision = decision;
    return decision;
  }
}
