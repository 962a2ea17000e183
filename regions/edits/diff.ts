// The differences between two configurations, field by field: routing settings, which take effect without a deploy, and
// platform settings, which need one. Pure. The ConfigStore decides with it which live edits to refuse; the dry run and
// the command show it.

import type { AnyRegion, MeridianConfig } from '../config.ts';

/**
 * - `steers`: a routing setting, takes effect without a deploy
 * - `platform`: a platform setting, needs a deploy
 */
export const CHANGE_KINDS = ['steers', 'platform'] as const;

/**
 * One field that differs; undefined on the side where it is absent. A region that was added has no `from`, one that was
 * removed no `to`.
 */
export interface Change {
  /** `regions.weur.weight`, `routing.bandMs`, `regions.oc` */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly kind: (typeof CHANGE_KINDS)[number];
}

/**
 * Fields of a region that are in wrangler.toml, or that all JetStream regions must agree on; and where clients of an external
 * region are sent, with the credentials that they sign in with: only who may deploy says that.
 */
const PLATFORM_REGION_FIELDS: ReadonlySet<string> = new Set([
  'hint',
  'placement',
  'instanceType',
  'jetstream',
  'members',
  'members.max',
  'kind',
  'url',
  'secret',
]);

/** Parts that a region's object reads when it is created, or that all regions must agree on. */
const PLATFORM_PARTS: ReadonlySet<string> = new Set(['cluster', 'mesh', 'lameDuck', 'jetstream']);

/** Single fields of those parts that take effect live. */
const LIVE_PATHS: ReadonlySet<string> = new Set(['mesh.compression']);

/** Single fields of other parts that are in wrangler.toml. */
const PLATFORM_PATHS: ReadonlySet<string> = new Set(['sessions.most', 'sessions.instanceType']);

/** Every field that differs: first the general ones, then region by region, in the order of `after`. */
export function diffConfigs(before: MeridianConfig, after: MeridianConfig): readonly Change[] {
  const { regions: regionsBefore, ...generalBefore } = before;
  const { regions: regionsAfter, ...generalAfter } = after;
  const general = differences(generalBefore, generalAfter).map(({ path, from, to }): Change => {
    const [part = ''] = path.split('.');
    const isPlatform = PLATFORM_PARTS.has(part) ? !LIVE_PATHS.has(path) : PLATFORM_PATHS.has(path);
    return { path, from, to, kind: isPlatform ? 'platform' : 'steers' };
  });
  return [...general, ...orderChange(before, after), ...regionChanges(regionsBefore, regionsAfter)];
}

/** Only the changes that need a deploy. */
export function platformChanges(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ kind }) => kind === 'platform');
}

function regionChanges(before: readonly AnyRegion[], after: readonly AnyRegion[]): Change[] {
  const ofBefore = new Map(before.map((region) => [region.id, region]));
  const ofAfter = new Map(after.map((region) => [region.id, region]));
  const kept = after.flatMap((region) => {
    const old = ofBefore.get(region.id);
    const path = `regions.${region.id}`;
    return old === undefined
      ? [{ path, from: undefined, to: region, kind: 'platform' as const }]
      : fieldChanges(path, old, region);
  });
  const removed = before
    .filter(({ id }) => !ofAfter.has(id))
    .map((region) => ({
      path: `regions.${region.id}`,
      from: region,
      to: undefined,
      kind: 'platform' as const,
    }));
  return [...kept, ...removed];
}

function fieldChanges(path: string, before: AnyRegion, after: AnyRegion): Change[] {
  return differences(before, after).map(({ path: field, from, to }) => ({
    path: `${path}.${field}`,
    from,
    to,
    kind: isPlatformField(field) ? 'platform' : 'steers',
  }));
}

// A custom instance type is an object, and its fields are part of the path.
function isPlatformField(field: string): boolean {
  return PLATFORM_REGION_FIELDS.has(field) || field.startsWith('instanceType.');
}

// The order of the regions that both have: it decides between equal estimates.
function orderChange(before: MeridianConfig, after: MeridianConfig): Change[] {
  const idsBefore = new Set(before.regions.map(({ id }) => id));
  const idsAfter = new Set(after.regions.map(({ id }) => id));
  const from = [...idsBefore].filter((id) => idsAfter.has(id));
  const to = [...idsAfter].filter((id) => idsBefore.has(id));
  return isSame(from, to) ? [] : [{ path: 'regions', from, to, kind: 'steers' }];
}

interface Difference {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Compares objects field by field, and everything else, lists included, as a whole. */
function differences(from: unknown, to: unknown, path = ''): Difference[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...keys].flatMap((key) => differences(from[key], to[key], path === '' ? key : `${path}.${key}`));
  }
  return isSame(from, to) ? [] : [{ path, from, to }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Lists may have records in them. -0 equals 0, as in JSON.
function isSame(a: unknown, b: unknown): boolean {
  if (isRecord(a) && isRecord(b)) return differences(a, b).length === 0;
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
}
