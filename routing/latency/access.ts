// How a place reaches the backbone: by its nearest hub, and by the nearest others of the same area that traffic
// may pass through. Pure geometry; the cost per kilometre is in prior-table.ts.

import type { Coordinates } from '../coordinates.ts';
import { distanceKm } from '../distance.ts';
import { HUBS } from './hubs.ts';

/** More than one is for places between hubs. Data centers are at hubs: for them, one to four score alike. */
const HUBS_PER_PLACE = 3;

/** A place and the hubs it may use, nearest first. */
export interface Access {
  readonly place: Coordinates;
  /** That of the nearest hub. */
  readonly area: string;
  readonly hubs: readonly HubInReach[];
}

export interface HubInReach {
  /** Its position in HUBS. */
  readonly index: number;
  readonly km: number;
}

/** x, y and z of each hub on the unit sphere: the nearest has the greatest dot product, without trigonometry. */
const DIRECTIONS = new Float64Array(HUBS.flatMap(directionOf));

/** Positions in HUBS of each area's hubs that traffic may pass through. */
const WAYS_IN: ReadonlyMap<string, readonly number[]> = Map.groupBy(
  [...HUBS.keys()].filter((index) => HUBS[index]?.stub === false),
  (index) => HUBS[index]?.area ?? '',
);

/** Finds the hubs of a place anywhere on the globe. A few microseconds: keep the answer for a place that stays. */
export function accessOf(place: Coordinates): Access {
  const nearness = nearnessToHubs(place);
  const nearest = nearness.indexOf(greatestOf(nearness));
  const area = HUBS[nearest]?.area ?? '';
  const others = (WAYS_IN.get(area) ?? [])
    .filter((index) => index !== nearest)
    .sort((a, b) => (nearness[b] ?? 0) - (nearness[a] ?? 0));
  const indices = [nearest, ...others.slice(0, HUBS_PER_PLACE - 1)];
  return { place, area, hubs: indices.map((index) => ({ index, km: kmToHub(place, index) })) };
}

function greatestOf(values: Float64Array): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}

function nearnessToHubs(place: Coordinates): Float64Array {
  const [x, y, z] = directionOf(place);
  const nearness = new Float64Array(HUBS.length);
  for (let i = 0; i < nearness.length; i++) {
    const at = 3 * i;
    nearness[i] = x * (DIRECTIONS[at] ?? 0) + y * (DIRECTIONS[at + 1] ?? 0) + z * (DIRECTIONS[at + 2] ?? 0);
  }
  return nearness;
}

function kmToHub(place: Coordinates, index: number): number {
  const hub = HUBS[index];
  return hub === undefined ? Number.POSITIVE_INFINITY : distanceKm(place, hub);
}

function directionOf({ latitude, longitude }: Coordinates): [x: number, y: number, z: number] {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
