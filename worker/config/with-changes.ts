// Applies changes, as diffConfigs finds them, to a configuration. Pure; the result is not validated. A change of the
// regions' order (its path is `regions`) is ignored: no caller needs it.

import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import type { Change } from '../../regions/edits/diff.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The configuration with the `to` of every change. Added regions come last. */
export function withChanges(config: MeridianConfig, changes: readonly Change[]): MeridianConfig {
  return changes.reduce(withChange, config);
}

function withChange(config: MeridianConfig, { path, to }: Change): MeridianConfig {
  const [part, id, ...field] = path.split('.');
  if (part !== 'regions') return withField(config, path.split('.'), to) as MeridianConfig;
  if (field.length > 0) {
    const regions = config.regions.map((each) =>
      each.id === id ? (withField(each, field, to) as RegionConfig) : each,
    );
    return { ...config, regions };
  }
  if (id === undefined) return config;
  const others = config.regions.filter((each) => each.id !== id);
  return { ...config, regions: to === undefined ? others : [...others, to as RegionConfig] };
}

function withField(fields: Fields, [key = '', ...rest]: readonly string[], to: unknown): Fields {
  if (rest.length > 0) return { ...fields, [key]: withField((fields[key] ?? {}) as Fields, rest, to) };
  const { [key]: _before, ...others } = fields;
  return to === undefined ? others : { ...fields, [key]: to };
}
