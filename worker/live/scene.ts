// What can be seen at one moment, and what is different from an earlier one. Pure.

import type { LiveChange, LiveLevel, LivePlace, LiveSnapshot } from '../../api/live.ts';
import type { MeshLink } from '../../api/mesh.ts';
import type { RegionView } from '../../api/regions.ts';

export interface Scene {
  /** ms since the epoch. */
  readonly at: number;
  /** Of the configuration. */
  readonly version: number;
  readonly regions: readonly RegionView[];
  readonly links: readonly MeshLink[];
  readonly places: readonly LivePlace[];
}

/** Everything that somebody of this level sees. */
export function snapshotOf(scene: Scene, level: LiveLevel, build: string): LiveSnapshot {
  const { at, version, regions, links, places } = scene;
  return {
    kind: 'snapshot',
    level,
    build,
    at,
    version,
    regions,
    links,
    places: maySeePlaces(level) ? places : [],
  };
}

/** What of `now` is different for somebody of this level; undefined if a snapshot has to say it: other regions, or another order. */
export function changeOf(before: Scene, now: Scene, level: LiveLevel): LiveChange | undefined {
  if (idsOf(before) !== idsOf(now)) return undefined;
  const regions = different(before.regions, now.regions, ({ id }) => id, steady);
  const links = different(before.links, now.links, ({ a, b }) => `${a} ${b}`);
  const places = maySeePlaces(level) ? placesChanged(before.places, now.places) : [];
  return {
    kind: 'change',
    at: now.at,
    ...(before.version !== now.version && { version: now.version }),
    ...(regions.length > 0 && { regions }),
    ...(links.length > 0 && { links }),
    ...(places.length > 0 && { places }),
  };
}

function maySeePlaces(level: LiveLevel): boolean {
  return level !== 'public';
}

function idsOf({ regions }: Scene): string {
  return regions.map(({ id }) => id).join();
}

/** Without what grows with each look, and tells nothing. */
function steady({ objectAgeMs: _age, ...region }: RegionView): object {
  return region;
}

function different<T extends object>(
  before: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
  shown: (item: T) => object = (item) => item,
): readonly T[] {
  const known = new Map(before.map((item) => [keyOf(item), JSON.stringify(shown(item))]));
  return now.filter((item) => known.get(keyOf(item)) !== JSON.stringify(shown(item)));
}

function placesChanged(before: readonly LivePlace[], now: readonly LivePlace[]): readonly LivePlace[] {
  const there = new Set(now.map(({ key }) => key));
  const gone = before.filter(({ key }) => !there.has(key)).map((place) => ({ ...place, clients: 0 }));
  return [...different(before, now, ({ key }) => key), ...gone];
}
