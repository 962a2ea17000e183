// What a rollout's steps set, as assignments of `regions set`; and how they are taken back. Pure.

import type { RolloutStep } from '../../api/rollouts.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { applyAssignments } from '../../regions/edits/set.ts';
import type { Validation } from '../../regions/validate.ts';

/** Settings by their paths, such as `oc.dial`, as the text of an assignment. */
export type Settings = Readonly<Record<string, string>>;

/** What a step sets. */
export function settingsOf({ set }: Pick<RolloutStep, 'set'>): Settings {
  return Object.fromEntries(
    Object.entries(set).map(([path, value]) => [
      path.replace(/^regions\./, ''),
      Array.isArray(value) ? value.join(',') : String(value),
    ]),
  );
}

export function withSettings(config: MeridianConfig, settings: Settings): Validation {
  return applyAssignments(
    config,
    Object.entries(settings).map(([path, text]) => `${path}=${text}`),
  );
}

/** The values at these paths now. */
export function settingsAt(config: MeridianConfig, paths: readonly string[]): Settings {
  return Object.fromEntries(paths.map((path) => [path, textAt(config, path)]));
}

/** The regions whose settings these are. Settings of no region, as a flag, may matter for clients of any: then all are. */
export function regionsOf(config: MeridianConfig, paths: readonly string[]): readonly string[] {
  const firsts = new Set(paths.map((path) => path.split('.')[0]));
  const ids = config.regions.map(({ id }) => id);
  const named = ids.filter((id) => firsts.has(id));
  return named.length > 0 ? named : ids;
}

/**
 * Back to what was before. A setting that somebody else has changed since is theirs, and stays.
 *
 * @param before at these paths, before the rollout
 * @param made at those that it has set, as it has left them
 */
export function takenBack(
  config: MeridianConfig,
  { before, made }: { readonly before: Settings; readonly made: Settings },
): { readonly validation: Validation; readonly left: readonly string[] } {
  const paths = Object.keys(made);
  const left = paths.filter((path) => textAt(config, path) !== made[path]);
  const back = paths
    .filter((path) => !left.includes(path))
    .map((path) => [path, before[path] ?? ''] as const);
  return { validation: withSettings(config, Object.fromEntries(back)), left };
}

/** As an assignment writes it; '' if it is absent. */
function textAt(config: MeridianConfig, path: string): string {
  const [first = '', ...rest] = path.split('.');
  const region = config.regions.find(({ id }) => id === first);
  const start: unknown = region ?? Reflect.get(config, first);
  const value = rest.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    start,
  );
  if (value === undefined) return '';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
