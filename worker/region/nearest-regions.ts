// To which region a session is joined if its own does not take it.

import { type MeridianConfig, ownRegions, type RegionConfig } from '../../regions/config.ts';
import { expectedRttMs } from '../../routing/latency/prior.ts';

/** The regions that may run, nearest first to the one with this id; in the configured order if there is none. */
export function nearestRegions(id: string, config: MeridianConfig): readonly RegionConfig[] {
  const regions = ownRegions(config);
  const home = regions.find((region) => region.id === id);
  const enabled = regions.filter((region) => region.enabled);
  if (home === undefined) return enabled;
  const distance = new Map(
    enabled.map((region) => [region, region === home ? -1 : expectedRttMs(home, region)]),
  );
  return enabled.toSorted((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0));
}
