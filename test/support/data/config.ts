// Configurations for the tests of this folder.

import type { MeridianConfig } from '../../../regions/config.ts';
import { describeProblem } from '../../../regions/problems.ts';
import { validateConfig } from '../../../regions/validate.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A region as somebody would write it. */
export function region(id: string, more: Fields = {}): Fields {
  return { id, hint: id, placement: ['WEUR'], latitude: 46, longitude: -0.4, ...more };
}

/** A valid configuration with these regions. */
export function configOf(regions: readonly Fields[], more: Fields = {}): MeridianConfig {
  const validation = validateConfig({ ...more, regions });
  if (validation.ok) return validation.config;
  throw new Error(validation.problems.map(describeProblem).join('\n'));
}

/** The configuration with other values in one region. */
export function withRegion(config: MeridianConfig, id: string, fields: Fields): MeridianConfig {
  return {
    ...config,
    regions: config.regions.map((each) => (each.id === id ? { ...each, ...fields } : each)),
  };
}
