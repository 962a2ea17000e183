// Draws what hardly changes: land, borders, and lines of latitude and longitude.

import { borders, land } from 'virtual:coast-line';
import type { Coordinates } from '../../../routing/coordinates.ts';
import { EXTENT, MIDDLE_LONGITUDE, type Point, project } from '../geo/equal-earth.ts';
import { unpackLines } from '../geo/packed-lines.ts';
import { type Frame, pixelOf, toPixels } from './frame.ts';
import type { Palette } from './palette.ts';

const LAND = unpackLines(land);
const BORDERS = unpackLines(borders);

/** Degrees between two lines, and between two points of one. */
const APART = 30;
const STEP = 5;

const POLE = 90;

export function drawGround(canvas: CanvasRenderingContext2D, frame: Frame, palette: Palette): void {
  canvas.fillStyle = palette.ground;
  canvas.fillRect(0, 0, frame.width, frame.height);
  canvas.lineJoin = 'round';
  canvas.fillStyle = palette.sea;
  canvas.fill(globe(frame));
  stroke(canvas, graticule(frame), palette.grid, 1);
  const path = new Path2D();
  for (const ring of LAND) addLine(path, frame, ring, true);
  canvas.fillStyle = palette.land;
  canvas.fill(path, 'evenodd');
  const lines = new Path2D();
  for (const line of BORDERS) addLine(lines, frame, line);
  stroke(canvas, lines, palette.border, 0.6);
  canvas.save();
  // The edge at which the map is cut off is no coast.
  const [left, top] = toPixels(frame, [EXTENT.left, EXTENT.top]);
  const [right, bottom] = toPixels(frame, [EXTENT.right, EXTENT.bottom]);
  canvas.beginPath();
  canvas.rect(left - 2, top + 1, right - left + 4, bottom - top - 2);
  canvas.clip();
  stroke(canvas, path, palette.coast, 0.8);
  canvas.restore();
}

function stroke(canvas: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  canvas.strokeStyle = colour;
  canvas.lineWidth = width;
  canvas.stroke(path);
}

function addLine(path: Path2D, frame: Frame, line: readonly Point[], isRing = false): void {
  for (const [n, point] of line.entries()) {
    const [x, y] = toPixels(frame, point);
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  if (isRing) path.closePath();
}

/** What is beyond it is no sea: a way that leaves it at one edge comes in again at the other. */
function globe(frame: Frame): Path2D {
  const path = new Path2D();
  const edge = (longitude: number, latitudes: readonly number[]) =>
    latitudes.map((latitude) => project({ latitude, longitude }));
  const up = range(-POLE, POLE);
  const ring = [...edge(MIDDLE_LONGITUDE - 180, up), ...edge(MIDDLE_LONGITUDE + 179.999, up.toReversed())];
  addLine(path, frame, ring, true);
  return path;
}

function graticule(frame: Frame): Path2D {
  const path = new Path2D();
  const add = (places: readonly Coordinates[]) => {
    for (const [n, place] of places.entries()) {
      const [x, y] = pixelOf(frame, place);
      if (n === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
  };
  for (let longitude = -180; longitude < 180; longitude += APART) {
    add(range(-POLE, POLE).map((latitude) => ({ latitude, longitude })));
  }
  const around = range(MIDDLE_LONGITUDE - 179.99, MIDDLE_LONGITUDE + 179.99);
  for (let latitude = -APART; latitude <= 2 * APART; latitude += APART) {
    add(around.map((longitude) => ({ latitude, longitude })));
  }
  return path;
}

function range(from: number, to: number): readonly number[] {
  const count = Math.ceil((to - from) / STEP);
  return Array.from({ length: count + 1 }, (_, n) => Math.min(to, from + n * STEP));
}
