// Reduces a valid configuration to some of its regions, for `npm start -- --regions wnam,weur`.

import { type AnyRegion, isExternal, type MeridianConfig, ownRegions, type RegionId } from './config.ts';
import type { Problem } from './problems.ts';
import { LEAST_MEMBERS } from './rules/jetstream.ts';
import { unknownRegion } from './rules/service.ts';

/** The smaller configuration and what else had to change in it, or why there is none. */
export type Subset =
  | { ok: true; config: MeridianConfig; notes: Problem[] }
  | { ok: false; problems: Problem[] };

/**
 * Keeps the regions in `ids`, in the configuration's order. If fewer than three JetStream regions are left, JetStream is
 * turned off; if the default region is gone, the first enabled one that is left takes its place.
 */
export function onlyRegions(config: MeridianConfig, ids: readonly RegionId[]): Subset {
  const problems = problemsOfIds(config, ids);
  const kept = config.regions.filter(({ id }) => ids.includes(id));
  const firstEnabled = kept.find(({ enabled }) => enabled);
  if (problems.length > 0) return { ok: false, problems };
  if (kept.every(isExternal)) return { ok: false, problems: [{ code: 'no-own-region', path: 'regions' }] };
  if (firstEnabled === undefined)
    return { ok: false, problems: [{ code: 'no-enabled-region', path: 'regions' }] };

  const { regions, notes } = withoutLostMajority(kept);
  const hasDefault = kept.some(({ id }) => id === config.defaultRegion);
  const defaultRegion = hasDefault ? config.defaultRegion : firstEnabled.id;
  return { ok: true, config: { ...config, defaultRegion, regions }, notes };
}

function problemsOfIds(config: MeridianConfig, ids: readonly RegionId[]): Problem[] {
  if (ids.length === 0) return [{ code: 'empty-list', path: 'regions' }];
  const known = config.regions.map(({ id }) => id);
  return ids.filter((id) => !known.includes(id)).map((id) => unknownRegion('regions', id, known));
}

function withoutLostMajority(regions: readonly AnyRegion[]): {
  regions: readonly AnyRegion[];
  notes: Problem[];
} {
  const members = ownRegions({ regions })
    .filter(({ enabled, jetstream }) => enabled && jetstream)
    .map(({ id }) => id);
  if (members.length === 0 || members.length >= LEAST_MEMBERS) return { regions, notes: [] };
  return {
    regions: regions.map((region) =>
      !isExternal(region) && members.includes(region.id) ? { ...region, jetstream: false } : region,
    ),
    notes: [{ code: 'jetstream-turned-off', path: 'regions', ids: members }],
  };
}
