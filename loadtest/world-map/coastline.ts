// The land of the world and the borders in it, from Natural Earth by way of the package world-atlas, as SVG paths.

import { createRequire } from 'node:module';
import type { Geometry } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { linePath, ringPath } from './map-line.ts';
import type { Position, Projection } from './projection.ts';

interface World extends Topology {
  readonly objects: { readonly land: GeometryCollection; readonly countries: GeometryCollection };
}

const require = createRequire(import.meta.url);

/** SVG path data of all land, and of the borders between countries. */
export function coastline(projection: Projection): { readonly land: string; readonly borders: string } {
  const world = require('world-atlas/countries-110m.json') as World;
  const rings = feature(world, world.objects.land).features.flatMap(({ geometry }) => ringsOf(geometry));
  const borders = mesh(world, world.objects.countries, (a, b) => a !== b).coordinates.map(positionsOf);
  return {
    land: rings
      .filter((ring) => !isAntarctica(ring))
      .map((ring) => ringPath(ring, projection))
      .join(''),
    borders: borders.map((line) => linePath(line, projection)).join(''),
  };
}

/** It goes around the pole, which no ring on paper does, and nobody connects from there. */
function isAntarctica(ring: readonly Position[]): boolean {
  return ring.every(([, latitude]) => latitude < -60);
}

function ringsOf(geometry: Geometry): readonly (readonly Position[])[] {
  if (geometry.type === 'Polygon') return geometry.coordinates.map(positionsOf);
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flat().map(positionsOf);
  return [];
}

function positionsOf(line: readonly (readonly number[])[]): readonly Position[] {
  return line.map(([longitude = 0, latitude = 0]) => [longitude, latitude] as const);
}
