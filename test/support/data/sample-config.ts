// Configurations that a test writes itself, as an operator would, whole or in part.

import type { MeridianConfig } from '../../../regions/config.ts';
import { describeProblem } from '../../../regions/problems.ts';
import { validateConfig } from '../../../regions/validate.ts';

type Fields = Record<string, unknown>;

/** A region as somebody would write it, with the fields that have no default and those given. */
export function region(id: string, more: Fields = {}): Fields {
  return { id, hint: id, placement: ['WEUR'], latitude: 46, longitude: -0.4, ...more };
}

/** The file with these regions, valid or not. */
export function fileOf(...regions: unknown[]): { regions: unknown[] } {
  return { regions };
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
