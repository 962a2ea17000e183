// The way between two places along the surface, as a line to draw.

import type { Coordinates } from '../../routing/coordinates.ts';
import type { Position } from './projection.ts';

const RADIANS = Math.PI / 180;

/** Fine enough that a line around half of the globe looks round. */
const SEGMENTS = 48;

/** Positions from one place to the other, both included. */
export function greatCircle(from: Coordinates, to: Coordinates): readonly Position[] {
  const a = directionOf(from);
  const b = directionOf(to);
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  // The same place; opposite ones have no shortest way, and any line will do.
  if (Math.sin(angle) < 1e-6) return [positionOf(a), positionOf(b)];
  return Array.from({ length: SEGMENTS + 1 }, (_, index) => {
    const share = index / SEGMENTS;
    const ofA = Math.sin((1 - share) * angle) / Math.sin(angle);
    const ofB = Math.sin(share * angle) / Math.sin(angle);
    return positionOf([ofA * a[0] + ofB * b[0], ofA * a[1] + ofB * b[1], ofA * a[2] + ofB * b[2]]);
  });
}

type Direction = readonly [x: number, y: number, z: number];

function directionOf({ latitude, longitude }: Coordinates): Direction {
  const phi = latitude * RADIANS;
  const lambda = longitude * RADIANS;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

function positionOf([x, y, z]: Direction): Position {
  return [Math.atan2(y, x) / RADIANS, Math.atan2(z, Math.hypot(x, y)) / RADIANS];
}
