// What the page knows of the deployment: a snapshot, and the changes since. Pure: every message makes a new world.

import type { LiveChange, LiveLevel, LivePlace, LiveSnapshot } from '../../../api/live.ts';
import type { MeshLink } from '../../../api/mesh.ts';
import type { RegionView } from '../../../api/regions.ts';
import { type Counter, counted } from './rate.ts';

export interface World {
  readonly level: LiveLevel;
  /** Names what is deployed; null if unknown. */
  readonly build: string | null;
  /** By the clock of Meridian, ms since the epoch. */
  readonly at: number;
  /** Of the configuration. */
  readonly version: number;
  readonly regions: readonly RegionView[];
  readonly links: readonly MeshLink[];
  readonly places: ReadonlyMap<string, LivePlace>;
  /** Bytes of each link, by `linkKey`. */
  readonly traffic: ReadonlyMap<string, Counter>;
  /** Messages that each region's server has received. */
  readonly messages: ReadonlyMap<string, Counter>;
}

export function linkKey({ a, b }: Pick<MeshLink, 'a' | 'b'>): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** @param before what was known, for what is counted from differences */
export function fromSnapshot(snapshot: LiveSnapshot, before?: World): World {
  const { level, build, at, version, regions, links, places } = snapshot;
  return withCounters(
    { level, build, at, version, regions, links, places: new Map(places.map((each) => [each.key, each])) },
    before,
  );
}

/** Regions and links that changed replace those that were known; a place without clients is gone. */
export function withChange(world: World, change: LiveChange): World {
  const { at, version = world.version } = change;
  return withCounters(
    {
      ...world,
      at,
      version,
      regions: replaced(world.regions, change.regions, ({ id }) => id),
      links: replaced(world.links, change.links, linkKey),
      places: change.places === undefined ? world.places : withPlaces(world.places, change.places),
    },
    world,
  );
}

function replaced<T>(
  known: readonly T[],
  changed: readonly T[] = [],
  keyOf: (one: T) => string,
): readonly T[] {
  if (changed.length === 0) return known;
  const changes = new Map(changed.map((each) => [keyOf(each), each]));
  return known.map((each) => changes.get(keyOf(each)) ?? each);
}

function withPlaces(
  known: ReadonlyMap<string, LivePlace>,
  changed: readonly LivePlace[],
): ReadonlyMap<string, LivePlace> {
  const places = new Map(known);
  for (const place of changed) {
    if (place.clients > 0) places.set(place.key, place);
    else places.delete(place.key);
  }
  return places;
}

function withCounters(world: Omit<World, 'traffic' | 'messages'>, before: World | undefined): World {
  const { at, links, regions } = world;
  return {
    ...world,
    traffic: counted(before?.traffic, at, new Map(links.map((link) => [linkKey(link), link.bytes]))),
    messages: counted(before?.messages, at, new Map(regions.map(({ id, inMsgs = null }) => [id, inMsgs]))),
  };
}
