// The configuration as the rest of Meridian sees it: validated, with every default filled in, read-only.
// Only validate.ts should create one.

import type * as v from 'valibot';
import type { RegionRoutingEntries } from './routing-schema.ts';
import type { ConfigSchema, RegionSchema } from './schema.ts';

/** The same, of which nothing may be changed at any depth. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A region's id, such as `weur` or `apac-ne`. */
export type RegionId = string;

/** The file after valibot has parsed it: defaults are filled in, names and the default region may be absent. */
export type ParsedConfig = v.InferOutput<typeof ConfigSchema>;
type ParsedRegion = v.InferOutput<typeof RegionSchema>;

/** What only an external region has. */
type ExternalField = 'kind' | 'url' | 'secret';

/** What every region has: who it is, where it is, and how clients are routed to it. */
type RoutedField = 'id' | 'latitude' | 'longitude' | 'enabled' | keyof typeof RegionRoutingEntries;

/** A region of ours, resolved: an object and its nats-server. What each field means is in schema.ts. */
export type RegionConfig = DeepReadonly<
  Omit<ParsedRegion, 'name' | 'hint' | 'placement' | ExternalField> &
    Required<Pick<ParsedRegion, 'hint' | 'placement'>> & { name: string }
> & { readonly [Field in ExternalField]?: never };

/** An external region, resolved: NATS servers of somebody else. It has no server of ours, so nothing that only such a one has. */
export type ExternalRegion = DeepReadonly<
  Pick<ParsedRegion, RoutedField | 'secret'> & { name: string; kind: 'external'; url: string }
>;

/** Any region that clients are routed to. */
export type AnyRegion = RegionConfig | ExternalRegion;

/** Whether its servers are somebody else's. */
export function isExternal(region: AnyRegion): region is ExternalRegion {
  return region.kind === 'external';
}

/** The regions that have a server of ours: those that run, are linked, stopped, backed up and deployed. */
export function ownRegions({ regions }: Pick<MeridianConfig, 'regions'>): readonly RegionConfig[] {
  return regions.filter((region) => !isExternal(region));
}

/** The regions whose servers are somebody else's. */
export function externalRegions({ regions }: Pick<MeridianConfig, 'regions'>): readonly ExternalRegion[] {
  return regions.filter(isExternal);
}

/** The whole configuration, resolved. */
export type MeridianConfig = DeepReadonly<
  Pick<
    ParsedConfig,
    | 'cluster'
    | 'mesh'
    | 'admin'
    | 'lameDuck'
    | 'jetstream'
    | 'routing'
    | 'doors'
    | 'flags'
    | 'sessions'
    | 'signIn'
    | 'export'
  > & {
    defaultRegion: RegionId;
  }
> & { readonly regions: readonly AnyRegion[] };

/** Fills in the fields that depend on others. `defaultRegion` is the file's own, or the first enabled region. */
export function resolveConfig(parsed: ParsedConfig, defaultRegion: RegionId): MeridianConfig {
  return {
    cluster: parsed.cluster,
    defaultRegion,
    mesh: parsed.mesh,
    admin: parsed.admin,
    lameDuck: parsed.lameDuck,
    jetstream: parsed.jetstream,
    routing: parsed.routing,
    doors: parsed.doors,
    flags: parsed.flags,
    sessions: parsed.sessions,
    ...(parsed.signIn !== undefined && { signIn: parsed.signIn }),
    export: parsed.export,
    regions: parsed.regions.map(resolveRegion),
  };
}

/** An external region is left without the defaults of fields that it cannot have. The rules have checked what each kind needs. */
function resolveRegion(parsed: ParsedRegion): AnyRegion {
  const { kind, url = '', secret, name = parsed.id, ...rest } = parsed;
  if (kind !== 'external') return { ...rest, name } as RegionConfig;
  const { id, latitude, longitude, enabled, priority, weight, bias, dial, drain, residency, off } = rest;
  const routed = { latitude, longitude, enabled, priority, weight, bias, dial, drain, residency, off };
  return { id, name, kind, url, ...(secret !== undefined && { secret }), ...routed };
}
