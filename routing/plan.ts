// A compiled configuration: what a decision needs and what depends on the configuration only. Made once per version.

import type { AnyRegion, MeridianConfig, RegionId } from '../regions/config.ts';
import type { AnyFilter, Judge, RoutingConfig } from './filter.ts';
import { type Effect, FILTERS } from './filters/all.ts';
import { compileFlags, type Flags } from './flags.ts';
import { compilePrior, type Prior } from './latency/prior.ts';

/** A filter that is on and can say something about a region. */
export interface Rule {
  readonly filter: AnyFilter;
  readonly judge: Judge<Effect>;
}

/** One region, ready to be ranked. */
export interface PlannedRegion {
  readonly config: AnyRegion;
  readonly id: RegionId;
  /** In the order of the filters. */
  readonly rules: readonly Rule[];
  /** The filters that are ignored in a panic decide whether there is one, even if they are switched off. */
  readonly alarms: readonly Judge<Effect>[];
}

export interface RoutingPlan {
  readonly version: number;
  readonly config: MeridianConfig;
  readonly filters: readonly AnyFilter[];
  /** Whether it treats clients of one place differently, by who they are. */
  readonly draws: boolean;
  readonly regions: readonly PlannedRegion[];
  readonly regionsById: ReadonlyMap<RegionId, PlannedRegion>;
  /** How many of the enabled regions have to look healthy for health to be believed. */
  readonly leastHealthy: number;
  /** Where requests whose place is unknown count as coming from. */
  readonly defaultRegion: AnyRegion;
  readonly flags: Flags;
  readonly prior: Prior;
  /** Prior estimates per entry that has a code, filled as they are needed. */
  readonly priors: Map<string, readonly number[]>;
}

/** Compiles a valid configuration. @param filters in the order in which they run */
export function compileRouting(
  config: MeridianConfig,
  version: number,
  filters: readonly AnyFilter[] = FILTERS,
): RoutingPlan {
  const regions = config.regions.map((region) => planRegion(region, config.routing, filters));
  const regionsById = new Map(regions.map((region) => [region.id, region]));
  const defaultRegion = regionsById.get(config.defaultRegion)?.config;
  if (defaultRegion === undefined) {
    throw new Error(
      `defaultRegion ${config.defaultRegion} is not one of the regions: the configuration was not validated`,
    );
  }
  return {
    version,
    config,
    filters,
    draws: regions.some(({ rules }) => rules.some(({ filter }) => filter.draws)),
    regions,
    regionsById,
    leastHealthy: config.regions.filter(({ enabled }) => enabled).length * config.routing.panicShare,
    defaultRegion,
    flags: compileFlags(config.flags),
    prior: compilePrior(config.regions),
    priors: new Map(),
  };
}

function planRegion(config: AnyRegion, routing: RoutingConfig, filters: readonly AnyFilter[]): PlannedRegion {
  const off = new Set<string>([...routing.off, ...config.off]);
  const rules = filters.flatMap((filter) => {
    // Only tests of a new filter pass other filters; decisions then also have that filter's effects.
    const judge = filter.forRegion(config, routing) as Judge<Effect> | undefined;
    return judge === undefined ? [] : [{ filter, judge }];
  });
  return {
    config,
    id: config.id,
    rules: rules.filter(({ filter }) => filter.alwaysOn || !off.has(filter.name)),
    alarms: rules.filter(({ filter }) => filter.ignoredInPanic).map(({ judge }) => judge),
  };
}
