// The map of the world that others draw on, as SVG text: sea, land and borders from Natural Earth (by way of the
// package world-atlas), in the Equal Earth projection, which shows areas in their true proportion; the position of a
// place on it, and the path between two. The same input gives the same text.

import { createRequire } from 'node:module';
import { type GeoPermissibleObjects, geoEqualEarth, geoInterpolate, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Coordinates } from '../../routing/coordinates.ts';

/** Where people live, from Svalbard to Cape Horn: what lies beyond is cut off. */
const NORTH = 80;
const SOUTH = -57;

/** Digits of a pixel: a tenth is finer than the coastline. */
const DIGITS = 1;

/** Rules for the style element; each applies within `.world-map` only, since maps are embedded in pages. */
export const BASE_MAP_STYLE = `
.world-map text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1c2733}
.world-map .name{font-size:25px;font-weight:650}.world-map .score{font-size:15px;fill:#4a5a6a}
.world-map .key{font-size:13.5px}.world-map .paper{fill:#fff}
.world-map .sea{fill:#e3edf4}.world-map .land{fill:#fbfaf6;stroke:#b9c2c9;stroke-width:.7;stroke-linejoin:round}
.world-map .border{fill:none;stroke:#dcdfdf;stroke-width:.6}.world-map .frame{fill:none;stroke:#b9c7d2}
.world-map .client{stroke:#fff;stroke-width:1.1}.world-map .region{fill:#17263a;stroke:#fff;stroke-width:1.4}
.world-map .id{font-size:14px;font-weight:650;paint-order:stroke;stroke:#fff;stroke-width:3.5;stroke-linejoin:round}`;

/** A point on paper: x to the right, y down, in pixels. */
export type Point = readonly [x: number, y: number];

export interface BaseMap {
  /** In pixels. */
  readonly height: number;
  /** Sea, land and borders. */
  readonly ground: string;
  /** The edge of the part of the globe that is shown. */
  readonly frame: string;
  pointOf(place: Coordinates): Point;
  /**
   * Path data of the way between two places along the surface. One that crosses the date line leaves the map at one
   * edge and comes in again at the other.
   */
  wayBetween(from: Coordinates, to: Coordinates): string;
  /** The middle of that way. */
  middleBetween(from: Coordinates, to: Coordinates): Point;
}

/** The whole width of the globe, scaled to the frame. */
export function baseMap({
  left,
  top,
  width,
}: {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}): BaseMap {
  const projection = geoEqualEarth().scale(1).translate([0, 0]);
  const pointOf = ({ longitude, latitude }: Coordinates): Point => {
    const point = projection([longitude, latitude]);
    if (point === null) throw new Error(`${latitude}, ${longitude} is nowhere on the map`);
    return point;
  };
  projection.scale(width / (2 * pointOf({ latitude: 0, longitude: 180 })[0]));
  const [, north] = pointOf({ latitude: NORTH, longitude: 0 });
  const [, south] = pointOf({ latitude: SOUTH, longitude: 0 });
  const height = south - north;
  projection.translate([left + width / 2, top - north]).clipExtent([
    [left, top],
    [left + width, top + height],
  ]);
  const path = geoPath(projection).digits(DIGITS);
  const draw = (shape: GeoPermissibleObjects) => path(shape) ?? '';
  const { land, borders } = readWorld();
  const globe = draw({ type: 'Sphere' });
  return {
    height,
    ground: `<path class="sea" d="${globe}"/>
<path class="land" d="${draw(land)}"/>
<path class="border" d="${draw(borders)}"/>`,
    frame: `<path class="frame" d="${globe}"/>`,
    pointOf,
    wayBetween: (from, to) => draw({ type: 'LineString', coordinates: [from, to].map(positionOf) }),
    middleBetween: (from, to) => {
      const [longitude, latitude] = geoInterpolate(positionOf(from), positionOf(to))(0.5);
      return pointOf({ latitude, longitude });
    },
  };
}

interface World extends Topology {
  readonly objects: { readonly land: GeometryCollection; readonly countries: GeometryCollection };
}

const require = createRequire(import.meta.url);

/** All land, and the borders between countries. */
function readWorld() {
  const world = require('world-atlas/countries-110m.json') as World;
  return {
    land: feature(world, world.objects.land),
    borders: mesh(world, world.objects.countries, (a, b) => a !== b),
  };
}

/** As GeoJSON has it. */
function positionOf({ longitude, latitude }: Coordinates): [longitude: number, latitude: number] {
  return [longitude, latitude];
}

/** The marker of a region. @param colour its own; else that of the ink */
export function diamond([x, y]: Point, colour?: string): string {
  const corners = [
    [x, y - 10],
    [x + 10, y],
    [x, y + 10],
    [x - 10, y],
  ];
  const fill = colour === undefined ? '' : ` style="fill:${colour}"`;
  return `<path class="region"${fill} d="M${corners.map(([px = 0, py = 0]) => `${px.toFixed(DIGITS)},${py.toFixed(DIGITS)}`).join('L')}Z"/>`;
}
