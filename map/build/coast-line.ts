// The coast line and the borders of the map, made when the page is built: Natural Earth by way of world-atlas, projected by
// d3-geo, cut to what the map shows, and packed.

import { createRequire } from 'node:module';
import { type GeoPermissibleObjects, geoEqualEarth, geoStream } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { EXTENT, MIDDLE_LONGITUDE, type Point } from '../src/geo/equal-earth.ts';
import { packLines } from '../src/geo/packed-lines.ts';

interface World extends Topology {
  readonly objects: { readonly land: GeometryCollection; readonly countries: GeometryCollection };
}

export interface Coast {
  /** Packed rings. */
  readonly land: string;
  /** Packed lines. */
  readonly borders: string;
}

/** Islands that cover less than so many square radii are left out: they would be less than a dot. */
const LEAST_AREA = 2e-5;

export function coastLine(): Coast {
  const world = createRequire(import.meta.url)('world-atlas/countries-110m.json') as World;
  const land = linesOf(feature(world, world.objects.land)).filter((ring) => areaOf(ring) > LEAST_AREA);
  const borders = linesOf(mesh(world, world.objects.countries, (a, b) => a !== b));
  return { land: packLines(land), borders: packLines(borders) };
}

function linesOf(shape: GeoPermissibleObjects): readonly (readonly Point[])[] {
  const projection = geoEqualEarth()
    .scale(1)
    .translate([0, 0])
    .rotate([-MIDDLE_LONGITUDE, 0])
    .clipExtent([
      [EXTENT.left, EXTENT.top],
      [EXTENT.right, EXTENT.bottom],
    ])
    .precision(0.002);
  const lines: Point[][] = [];
  const end = () => {};
  geoStream(
    shape,
    projection.stream({
      lineStart: () => lines.push([]),
      point: (x, y) => lines.at(-1)?.push([x, y]),
      lineEnd: end,
      polygonStart: end,
      polygonEnd: end,
    }),
  );
  return lines;
}

function areaOf(ring: readonly Point[]): number {
  const twice = ring.reduce((sum, [x, y], n) => {
    const [nextX, nextY] = ring[(n + 1) % ring.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice / 2);
}
