// The shortest way between two places, along the surface. Pure.

import type { Coordinates } from '../../../routing/coordinates.ts';

type Vector = readonly [number, number, number];

const RADIANS = Math.PI / 180;

/** Nearer than this, in radians, a way is a point: some meters. */
const SAME = 1e-6;

/** Places on the way, both ends included, evenly apart. @param steps at least 1; one place more comes back */
export function wayBetween(from: Coordinates, to: Coordinates, steps: number): readonly Coordinates[] {
  const a = vectorOf(from);
  const b = vectorOf(to);
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const sine = Math.sin(angle);
  if (angle < SAME || sine < SAME) return [from, to];
  return Array.from({ length: steps + 1 }, (_, n) => {
    const part = n / steps;
    const wa = Math.sin((1 - part) * angle) / sine;
    const wb = Math.sin(part * angle) / sine;
    return placeOf([wa * a[0] + wb * b[0], wa * a[1] + wb * b[1], wa * a[2] + wb * b[2]]);
  });
}

function vectorOf({ latitude, longitude }: Coordinates): Vector {
  const around = Math.cos(latitude * RADIANS);
  return [
    around * Math.cos(longitude * RADIANS),
    around * Math.sin(longitude * RADIANS),
    Math.sin(latitude * RADIANS),
  ];
}

function placeOf([x, y, z]: Vector): Coordinates {
  return { latitude: Math.atan2(z, Math.hypot(x, y)) / RADIANS, longitude: Math.atan2(y, x) / RADIANS };
}
