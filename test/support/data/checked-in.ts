// The checked-in configuration, variants of it, and it compiled as the Worker does.

import type { MeridianConfig, RegionConfig } from '../../../regions/config.ts';
import { describeProblem } from '../../../regions/problems.ts';
import checkedIn from '../../../regions/regions.json' with { type: 'json' };
import { onlyRegions } from '../../../regions/subset.ts';
import { validateConfig } from '../../../regions/validate.ts';
import { compileRouting, type RoutingPlan } from '../../../routing/plan.ts';
import type { Region } from './places.ts';

export function defaultConfig(): MeridianConfig {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return result.config;
}

/** Only these regions of it, some of them changed. */
export function configOf(
  ids: readonly Region[],
  changes: Partial<Record<Region, Partial<RegionConfig>>> = {},
): MeridianConfig {
  const subset = onlyRegions(defaultConfig(), ids);
  if (!subset.ok) throw new Error(subset.problems.map(describeProblem).join('\n'));
  const { config } = subset;
  return {
    ...config,
    regions: config.regions.map((region) => ({ ...region, ...changes[region.id as Region] })),
  };
}

/** With what a test changes in it: whole regions, or any other field. */
export function planOf(change: (config: MeridianConfig) => MeridianConfig = (config) => config): RoutingPlan {
  return compileRouting(change(defaultConfig()), 0);
}
