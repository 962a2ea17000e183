// The configuration as the rest of Meridian sees it: validated, with every default filled in, read-only.
// Only validate.ts should create one.

import type * as v from 'valibot';
import type { ConfigSchema, RegionSchema } from './schema.ts';

/** The same, of which nothing may be changed at any depth. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A region's id, such as `weur` or `apac-ne`. */
export type RegionId = string;

/** The file after valibot has parsed it: defaults are filled in, names and the default region may be absent. */
export type ParsedConfig = v.InferOutput<typeof ConfigSchema>;
type ParsedRegion = v.InferOutput<typeof RegionSchema>;

/** One region, resolved. What each field means is in schema.ts. */
export type RegionConfig = DeepReadonly<Omit<ParsedRegion, 'name'> & { name: string }>;

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
    | 'sessions'
    | 'signIn'
    | 'export'
  > & {
    defaultRegion: RegionId;
    regions: RegionConfig[];
  }
>;

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
    sessions: parsed.sessions,
    ...(parsed.signIn !== undefined && { signIn: parsed.signIn }),
    export: parsed.export,
    regions: parsed.regions.map((region) => ({ ...region, name: region.name ?? region.id })),
  };
}
