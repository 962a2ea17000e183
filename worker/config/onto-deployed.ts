// What a stored configuration means on the deployment that runs now. A version was judged against the platform of
// the day it was stored; a later deploy may have other regions, places and sizes. Pure.
//
// The rule: the platform is the deployed one, the steering the stored one. Of all that differs between the two, the
// deployed side counts
//
// - where it is the platform's: regions that are not deployed drop out, those that are not stored come with the
//   file's own values, and hint, placement, size and the like are the file's;
// - for the name and coordinates of a region that the deploy has moved: the stored ones say where it was;
// - for a default region that has dropped out;
// - where the result would contradict itself or serve nobody, for more and more of `FIELDS_TO_YIELD`, in all regions.
//   Residency, weights and the like never yield.
//
// A version that an older Meridian stored gets the defaults of fields that are new since. One that is no longer
// valid at all counts as the deployed configuration, which is also what the isolates make of it (config-copy.ts).

import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs } from '../../regions/edits/diff.ts';
import { validateConfig } from '../../regions/validate.ts';
import { withChanges } from './with-changes.ts';

/** The fields that the rules tie to the platform: to JetStream, to which regions there are. */
const FIELDS_TO_YIELD: readonly ReadonlySet<string>[] = [
  new Set(),
  new Set(['keepAwake']),
  new Set(['keepAwake', 'enabled', 'drain']),
];

const PLACE_FIELDS: ReadonlySet<string> = new Set(['name', 'latitude', 'longitude']);

/** `regions.weur.limits.maxConnections`: the id, and the field. */
const REGION_PATH = /^regions\.([^.]+)\.(.+)$/;

/** Merges the steering of a stored configuration onto the platform of the deployed one. What comes out is valid. */
export function ontoDeployed(config: MeridianConfig, deployed: MeridianConfig): MeridianConfig {
  const validation = validateConfig(config);
  if (!validation.ok) return deployed;
  const stored = validation.config;
  const changes = diffConfigs(stored, deployed);
  if (changes.every(({ kind }) => kind === 'steers')) return stored;
  const moved = movedRegions(changes);
  // Nobody is to be served only where one of the two says so itself.
  const mustServe = takesNewClients(stored) && takesNewClients(deployed);
  for (const yielding of FIELDS_TO_YIELD) {
    const isDeployed = ({ path, kind }: Change) => {
      if (kind === 'platform') return true;
      if (path === 'defaultRegion') return !deployed.regions.some(({ id }) => id === stored.defaultRegion);
      const [, id = '', field = ''] = REGION_PATH.exec(path) ?? [];
      return yielding.has(field) || (moved.has(id) && PLACE_FIELDS.has(field));
    };
    const merged = withChanges(stored, changes.filter(isDeployed));
    if (validateConfig(merged).ok && (takesNewClients(merged) || !mustServe)) return merged;
  }
  return deployed;
}

/** Whether any region takes clients that are not connected yet. */
export function takesNewClients({ regions }: MeridianConfig): boolean {
  return regions.some(({ enabled, drain }) => enabled && !drain);
}

function movedRegions(changes: readonly Change[]): ReadonlySet<string> {
  return new Set(
    changes.flatMap(({ path }) => {
      const [, id, field] = REGION_PATH.exec(path) ?? [];
      return id !== undefined && (field === 'hint' || field === 'placement') ? [id] : [];
    }),
  );
}
