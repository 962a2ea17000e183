// The Equal Earth projection (Šavrič, Patterson and Jenny, 2018): areas in their true proportion, and shapes that please.
// The coast line is projected at build time by d3-geo, with the same formula; here places are, and clicks back. Pure.

import type { Coordinates } from '../../../routing/coordinates.ts';

/** A point: x to the right, y down. */
export type Point = readonly [x: number, y: number];

const A = [1.340264, -0.081106, 0.000893, 0.003796] as const;
const [A1, A2, A3, A4] = A;
const M = Math.sqrt(3) / 2;
const RADIANS = Math.PI / 180;

/** The middle of the map, so that its edge is in the Bering Strait and cuts no land but the tip of Chukotka. */
export const MIDDLE_LONGITUDE = 11;

/** From the north of Greenland to Cape Horn: beyond it nobody lives. */
export const NORTH = 84;
export const SOUTH = -57;

/** Iterations of Newton's method, which are enough for a billionth of a radian. */
const ITERATIONS = 12;

/** In radii of the globe: 0, 0 is on the equator, in the middle of the map. */
export function project({ latitude, longitude }: Coordinates): Point {
  const l = Math.asin(M * Math.sin(latitude * RADIANS));
  const l2 = l * l;
  const l6 = l2 * l2 * l2;
  const slope = A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2);
  const x = (turned(longitude) * RADIANS * Math.cos(l)) / (M * slope);
  return [x, -l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2))];
}

/** The place at a point; undefined beside the globe. */
export function placeAt([x, y]: Point): Coordinates | undefined {
  let l = -y;
  for (let n = 0; n < ITERATIONS; n += 1) {
    const l2 = l * l;
    const l6 = l2 * l2 * l2;
    const off = l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2)) + y;
    l -= off / (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2));
  }
  const sine = Math.sin(l) / M;
  if (!(Math.abs(sine) <= 1)) return undefined;
  const l2 = l * l;
  const slope = A1 + 3 * A2 * l2 + l2 ** 3 * (7 * A3 + 9 * A4 * l2);
  const east = (M * x * slope) / Math.cos(l) / RADIANS;
  if (Math.abs(east) > 180) return undefined;
  return { latitude: Math.asin(sine) / RADIANS, longitude: within180(east + MIDDLE_LONGITUDE) };
}

/** What the map shows, in radii. */
export const EXTENT = {
  left: project({ latitude: 0, longitude: MIDDLE_LONGITUDE - 180 })[0],
  right: project({ latitude: 0, longitude: MIDDLE_LONGITUDE + 179.999 })[0],
  top: project({ latitude: NORTH, longitude: MIDDLE_LONGITUDE })[1],
  bottom: project({ latitude: SOUTH, longitude: MIDDLE_LONGITUDE })[1],
} as const;

function turned(longitude: number): number {
  return within180(longitude - MIDDLE_LONGITUDE);
}

/** -180 inclusive to 180. */
function within180(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
