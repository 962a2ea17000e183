// Runs the filters over each region and files it: as a candidate or as rejected, and beside that as what it would be
// if what speaks against it only for now did not.

import type { Assessment, Candidate } from './decision.ts';
import type { Setback } from './failover.ts';
import type { AnyEffect, AnyFilter, FilterContext, RegionNow, RoutingConfig } from './filter.ts';
import type { Effect } from './filters/all.ts';
import type { PlannedRegion } from './plan.ts';
import { type Rank, rankOf } from './rank.ts';

/** A region of the plan, as it is at present. */
export interface PresentRegion extends RegionNow {
  readonly planned: PlannedRegion;
}

/** One run of the filters over all regions, and where it files them. */
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

/** Most regions pass without a word: they share this. */
const NO_EFFECTS: readonly Effect[] = [];

export function assessAll(
  regions: readonly PresentRegion[],
  context: FilterContext,
  routing: RoutingConfig,
): Run {
  const run: Run = {
    context,
    panic: isPanic(regions, context, routing),
    candidates: [],
    rejected: [],
    rejecting: [],
    setbacks: [],
    sleepers: [],
  };
  for (const region of regions) assess(region, run);
  return run;
}

/** Whether fewer of the enabled regions look healthy than `panicShare`. */
function isPanic(
  regions: readonly PresentRegion[],
  context: FilterContext,
  { panicShare }: RoutingConfig,
): boolean {
  let enabledCount = 0;
  let healthyCount = 0;
  for (const region of regions) {
    if (!region.planned.config.enabled) continue;
    enabledCount += 1;
    if (looksHealthy(region, context)) healthyCount += 1;
  }
  return healthyCount < enabledCount * panicShare;
}

function looksHealthy(region: PresentRegion, context: FilterContext): boolean {
  for (const judge of region.planned.alarms) if (judge(region, context) !== undefined) return false;
  return true;
}

function assess(region: PresentRegion, run: Run): void {
  const { planned, estimate } = region;
  const { id, rules } = planned;
  const { context, panic } = run;
  let effects = NO_EFFECTS;
  let temporary = NO_EFFECTS;
  let asleepMs = 0;
  let isRejected = false;
  for (const { filter, judge } of rules) {
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
    // The filters after one that drops for now say where the region would rank, but no more what becomes of it.
    if (!filter.temporary) return;
  }
  if (!isRejected) {
    const { tier, scoreMs } = rankOf(estimate, effects);
    run.candidates.push({ region: id, tier, scoreMs, estimate, effects });
    if (asleepMs > 0) run.sleepers.push({ region: id, tier, scoreMs: scoreMs - asleepMs });
  }
  const [cause] = temporary;
  if (cause === undefined) return;
  const lasting = effects.filter((effect) => !temporary.includes(effect));
  run.setbacks.push({ region: id, ...rankOf(estimate, lasting), cause });
}

function msOf(effect: AnyEffect): number {
  return effect.effect === 'cost' ? effect.ms : 0;
}
