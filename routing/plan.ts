// A configuration, compiled: all that a decision needs and that depends on nothing else. Made once per version.

import type { MeridianConfig, RegionConfig, RegionId } from '../regions/config.ts';
import { hashText } from './client-hash.ts';
import type { Filter, RoutingConfig } from './filter.ts';
import { FILTERS } from './filters/all.ts';
import { compilePrior, type Prior } from './latency/prior.ts';

/** One region, ready to be ranked. */
export interface PlannedRegion {
  readonly config: RegionConfig;
  readonly id: RegionId;
  /** Seeds of its numbers per client; see client-hash.ts. */
  readonly shareSeed: number;
  readonly dialSeed: number;
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string> | undefined;
  /** Those that are on and can say something about it. */
  readonly filters: readonly Filter[];
}

export interface RoutingPlan {
  readonly version: number;
  readonly config: MeridianConfig;
  readonly regions: readonly PlannedRegion[];
  /** Where a request counts as coming from whose place is not known at all. */
  readonly defaultRegion: RegionConfig;
  readonly prior: Prior;
  /** Prior estimates per entry that has a code, filled as they are needed. */
  readonly priors: Map<string, readonly number[]>;
}

/** Compiles a valid configuration. */
export function compileRouting(config: MeridianConfig, version: number): RoutingPlan {
  const defaultRegion = config.regions.find(({ id }) => id === config.defaultRegion);
  if (defaultRegion === undefined) {
    throw new Error(
      `defaultRegion ${config.defaultRegion} is not one of the regions: the configuration was not validated`,
    );
  }
  return {
    version,
    config,
    regions: config.regions.map((region) => planRegion(region, config.routing)),
    defaultRegion,
    prior: compilePrior(config.regions),
    priors: new Map(),
  };
}

function planRegion(region: RegionConfig, routing: RoutingConfig): PlannedRegion {
  const off = new Set<string>([...routing.off, ...region.off]);
  const { allow, deny } = region.residency;
  return {
    config: region,
    id: region.id,
    shareSeed: hashText(`share ${region.id}`),
    dialSeed: hashText(`dial ${region.id}`),
    allow: allow && new Set(allow),
    deny: deny && new Set(deny),
    filters: FILTERS.filter(({ name, concerns }) => !off.has(name) && concerns(region, routing)),
  };
}
