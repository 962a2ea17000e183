// The checked-in configuration, variants of it, and it compiled as the Worker does.

import { type MeridianConfig, ownRegions, type RegionConfig } from '../../../regions/config.ts';
import { describeProblem } from '../../../regions/problems.ts';
import checkedIn from '../../../regions/regions.json' with { type: 'json' };
import { onlyRegions } from '../../../regions/subset.ts';
import { validateConfig } from '../../../regions/validate.ts';
import { compileRouting, type RoutingPlan } from '../../../routing/plan.ts';
import type { Region } from './places.ts';

/** A configuration without external regions. */
export type OwnConfig = Omit<MeridianConfig, 'regions'> & { readonly regions: readonly RegionConfig[] };

export function defaultConfig(): OwnConfig {
  const result = validateConfig(checkedIn);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return { ...result.config, regions: ownRegions(result.config) };
}

/** Only these regions of it, some of them changed. */
export function configOf(
  ids: readonly Region[],
  changes: Partial<Record<Region, Partial<RegionConfig>>> = {},
): OwnConfig {
  const subset = onlyRegions(defaultConfig(), ids);
  if (!subset.ok) throw new Error(subset.problems.map(describeProblem).join('\n'));
  const { config } = subset;
  return {
    ...config,
    regions: ownRegions(config).map((region) => ({ ...region, ...changes[region.id as Region] })),
  };
}

/** With what a test changes in it: whole regions, or any other field. */
export function planOf(
  change: (config: OwnConfig) => MeridianConfig = (config) => config,
): Omit<RoutingPlan, 'config'> & { readonly config: OwnConfig } {
  const plan = compileRouting(change(defaultConfig()), 0);
  return { ...plan, config: { ...plan.config, regions: ownRegions(plan.config) } };
}
