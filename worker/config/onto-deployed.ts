// Combines a stored configuration with the current deployment. A version was checked against the platform settings of
// its time; a later deploy may have other regions, placements and instance types. Pure.
//
// The rule: routing settings are the stored ones, platform settings the deployed ones. Where the two configurations
// differ, the deployed value is used
//
// - for platform settings: regions that are not deployed are dropped, regions that are not stored come with the file's
//   own values, and hint, placement, instance type and the like are the file's;
// - for the name and coordinates of a region that the deploy has moved, since the stored ones say where it was;
// - for what only a region of ours has, if the deploy has made one external, or the other way round;
// - for a default region that no longer exists;
// - if the result would be invalid or serve nobody, for `FALLBACK_FIELDS` in all regions, step by step. Residency,
//   weights and the like always stay as stored, even if nobody is served then.
//
// A version that an older Meridian stored gets the defaults of fields added since. If it is no longer valid at all, the
// deployed configuration is used instead, as the isolates do (config-copy.ts).

import type { MeridianConfig } from '../../regions/config.ts';
import { type Change, diffConfigs } from '../../regions/edits/diff.ts';
import { EXTERNAL_FIELDS } from '../../regions/external-schema.ts';
import { validateConfig } from '../../regions/validate.ts';
import { servesAnybody } from '../../routing/served.ts';
import { withChanges } from './with-changes.ts';

/** They must fit what is deployed of the members. */
const MEMBERS = ['members.min', 'members.freeConnections'];

/** Fields that depend on JetStream, and fields that keep clients from a region: the fewest that work are replaced. */
const FALLBACK_FIELDS: readonly ReadonlySet<string>[] = [
  new Set(),
  new Set(MEMBERS),
  new Set([...MEMBERS, 'keepAwake']),
  new Set([...MEMBERS, 'keepAwake', 'enabled', 'drain', 'dial']),
];

const PLACE_FIELDS: ReadonlySet<string> = new Set(['name', 'latitude', 'longitude']);

const PLACES: ReadonlySet<string> = new Set(['hint', 'placement']);
const KIND: ReadonlySet<string> = new Set(['kind']);

/** `regions.weur.limits.maxConnections`: the id, and the field. */
const REGION_PATH = /^regions\.([^.]+)\.(.+)$/;

/** Combines stored routing settings with deployed platform settings. The result is always valid. */
export function ontoDeployed(config: MeridianConfig, deployed: MeridianConfig): MeridianConfig {
  const validation = validateConfig(config);
  if (!validation.ok) return deployed;
  const stored = validation.config;
  const changes = diffConfigs(stored, deployed);
  if (changes.every(({ kind }) => kind === 'steers')) return stored;
  const moved = regionsWith(changes, PLACES);
  const turned = regionsWith(changes, KIND);
  // The result may serve nobody only if one of the two configurations does so itself.
  const mustServe = servesAnybody(stored) && servesAnybody(deployed);
  let valid: MeridianConfig | undefined;
  for (const replaced of FALLBACK_FIELDS) {
    const isDeployed = ({ path, kind }: Change) => {
      if (kind === 'platform') return true;
      if (path === 'defaultRegion') return !deployed.regions.some(({ id }) => id === stored.defaultRegion);
      const [, id = '', field = ''] = REGION_PATH.exec(path) ?? [];
      if (turned.has(id) && !EXTERNAL_FIELDS.has(field.split('.', 1)[0] ?? '')) return true;
      return replaced.has(field) || (moved.has(id) && PLACE_FIELDS.has(field));
    };
    const merged = withChanges(stored, changes.filter(isDeployed));
    if (!validateConfig(merged).ok) continue;
    if (!mustServe || servesAnybody(merged)) return merged;
    valid ??= merged;
  }
  // What is left that excludes everybody is residency, which must not lapse.
  return valid ?? deployed;
}

/** The ids of the regions of which one of these fields has changed. */
function regionsWith(changes: readonly Change[], fields: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    changes.flatMap(({ path }) => {
      const [, id, field] = REGION_PATH.exec(path) ?? [];
      return id !== undefined && field !== undefined && fields.has(field) ? [id] : [];
    }),
  );
}
