// The configuration that is live, and a draft of another one. Pure.

import type { LiveConfig } from '../../../api/config.ts';

export type ResolvedConfig = LiveConfig['config'];
export type RegionSettings = ResolvedConfig['regions'][number];

/** What can be dragged. */
export type Setting = 'dial' | 'weight' | 'bias';

export function withRegion(
  config: ResolvedConfig,
  id: string,
  change: Partial<Pick<RegionSettings, Setting | 'drain'>>,
): ResolvedConfig {
  return {
    ...config,
    regions: config.regions.map((region) => (region.id === id ? { ...region, ...change } : region)),
  };
}

export function withRouting(
  config: ResolvedConfig,
  change: Partial<ResolvedConfig['routing']>,
): ResolvedConfig {
  return { ...config, routing: { ...config.routing, ...change } };
}

type Filter = ResolvedConfig['routing']['off'][number];

export function withFilter(config: ResolvedConfig, filter: Filter, isOn: boolean): ResolvedConfig {
  const others = config.routing.off.filter((name) => name !== filter);
  return withRouting(config, { off: isOn ? others : [...others, filter] });
}

/** The changes of a draft, made to another version of what it was made from. */
export function rebased(
  draft: ResolvedConfig,
  base: ResolvedConfig,
  current: ResolvedConfig,
): ResolvedConfig {
  return merged(draft, base, current) as ResolvedConfig;
}

/** Where the draft differs from its base it stays; everything else is as it is now. Regions are told apart by id. */
function merged(draft: unknown, base: unknown, current: unknown): unknown {
  if (same(draft, base)) return current;
  if (isList(draft) && isList(base) && isList(current)) {
    return current.map((one) => {
      const [mine, old] = [draft, base].map((list) => list.find(({ id }) => id === one.id));
      return mine === undefined || old === undefined ? one : merged(mine, old, one);
    });
  }
  if (isObject(draft) && isObject(base) && isObject(current)) {
    const names = new Set([...Object.keys(current), ...Object.keys(draft)]);
    const entries = [...names].map((name) => [name, merged(draft[name], base[name], current[name])] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  return draft;
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is { readonly id: string }[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isObject(one) && typeof one.id === 'string')
  );
}
