// Lines on a map that may cross the date line, as SVG path data.

import type { Position, Projection } from './projection.ts';

/**
 * A line through positions, which never jumps from one edge of the map to the other: it runs out over one edge
 * and, drawn a second time, in over the other. Clip it with the outline of the globe.
 */
export function linePath(line: readonly Position[], projection: Projection): string {
  return drawn(line, projection).join('');
}

/** The same with the ends joined, for areas. */
export function ringPath(ring: readonly Position[], projection: Projection): string {
  return drawn(ring, projection)
    .map((path) => `${path}Z`)
    .join('');
}

function drawn(line: readonly Position[], { project }: Projection): readonly string[] {
  return copiesOf(unwrapped(line)).map((copy) => {
    // A tenth of a pixel is finer than the coastline.
    const points = copy.map(project).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
    return `M${points.filter((point, index) => point !== points[index - 1]).join('L')}`;
  });
}

/** Longitudes go on beyond 180 degrees instead of jumping to the other side. */
function unwrapped(line: readonly Position[]): readonly Position[] {
  let turns = 0;
  let before: number | undefined;
  return line.map(([longitude, latitude]) => {
    if (before !== undefined && Math.abs(longitude - before) > 180) turns += longitude < before ? 1 : -1;
    before = longitude;
    return [longitude + 360 * turns, latitude] as const;
  });
}

function copiesOf(line: readonly Position[]): readonly (readonly Position[])[] {
  const longitudes = line.map(([longitude]) => longitude);
  const shifts = [
    0,
    ...(Math.max(...longitudes) > 180 ? [-360] : []),
    ...(Math.min(...longitudes) < -180 ? [360] : []),
  ];
  return shifts.map((shift) => line.map(([longitude, latitude]) => [longitude + shift, latitude] as const));
}
