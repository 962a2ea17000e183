// Runs the filters over each region and classifies it: as a candidate or as rejected, and also as it would rank without
// temporary effects.

import type { Assessment, Candidate } from './decision.ts';
import type { Setback } from './failover.ts';
import type { AnyEffect, AnyFilter, FilterContext, RegionNow } from './filter.ts';
import type { Effect } from './filters/all.ts';
import type { PlannedRegion, RoutingPlan } from './plan.ts';
import { type Rank, rankOf } from './rank.ts';

/** A region of the plan, in its current state. */
export interface PresentRegion extends RegionNow {
  readonly planned: PlannedRegion;
}

/** The result of running the filters over all regions. */
export interface Run {
  readonly context: FilterContext;
  readonly panic: boolean;
  readonly candidates: Candidate[];
  readonly rejected: Assessment[];
  /** The filters that rejected them. */
  readonly rejecting: AnyFilter[];
  readonly setbacks: Setback[];
  /** Candidates that sleep, as they would rank if they were awake. */
  readonly sleepers: Rank[];
}

/** Shared by the regions on which no filter has an effect, as is true of most. */
const NO_EFFECTS: readonly Effect[] = [];

export function assessAll(regions: readonly PresentRegion[], context: FilterContext, plan: RoutingPlan): Run {
  const run: Run = {
    context,
    panic: isPanic(regions, context, plan),
    candidates: [],
    rejected: [],
    rejecting: [],
    setbacks: [],
    sleepers: [],
  };
  for (const region of regions) assess(region, run);
  return run;
}

/** Whether fewer of the enabled regions look healthy than have to. */
function isPanic(
  regions: readonly PresentRegion[],
  context: FilterContext,
  { leastHealthy }: RoutingPlan,
): boolean {
  let healthyCount = 0;
  for (const region of regions) {
    if (healthyCount >= leastHealthy) return false;
    if (region.planned.config.enabled && looksHealthy(region, context)) healthyCount += 1;
  }
  return healthyCount < leastHealthy;
}

function looksHealthy(region: PresentRegion, context: FilterContext): boolean {
  for (const judge of region.planned.alarms) if (judge(region, context) !== undefined) return false;
  return true;
}

function assess(region: PresentRegion, run: Run): void {
  const { id, estimate, planned } = region;
  const { context, panic } = run;
  let effects = NO_EFFECTS;
  let temporary = NO_EFFECTS;
  let asleepMs = 0;
  let isRejected = false;
  for (const { filter, judge } of planned.rules) {
    const effect = judge(region, context);
    if (effect === undefined) continue;
    if (panic && filter.ignoredInPanic?.includes(effect.code)) continue;
    effects = [...effects, effect];
    if (filter.temporary) temporary = [...temporary, effect];
    if (filter.endsByWaking) asleepMs += msOf(effect);
    if (effect.effect !== 'drop') continue;
    if (!isRejected) {
      run.rejected.push({ region: id, estimate, effects });
      run.rejecting.push(filter);
      isRejected = true;
    }
    // After a temporary drop, further filters only say where the region would rank; it stays rejected.
    if (!filter.temporary) return;
  }
  if (!isRejected) {
    const { tier, scoreMs } = rankOf(estimate, effects);
    run.candidates.push({ region: id, tier, scoreMs, estimate, effects });
    if (asleepMs > 0) run.sleepers.push({ region: id, tier, scoreMs: scoreMs - asleepMs });
  }
  const cause = temporary[0];
  if (cause === undefined) return;
  const lasting = effects.filter((effect) => !temporary.includes(effect));
  run.setbacks.push({ region: id, ...rankOf(estimate, lasting), cause });
}

function msOf(effect: AnyEffect): number {
  return effect.effect === 'cost' ? effect.ms : 0;
}
