// Where the map lies in its canvas: from radii of the globe to pixels, and back. Pure.

import type { Coordinates } from '../../../routing/coordinates.ts';
import { EXTENT, type Point, placeAt, project } from '../geo/equal-earth.ts';
import { wayBetween } from '../geo/great-circle.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Pixels in a radius. */
  readonly scale: number;
  /** Of the middle of the map. */
  readonly x: number;
  readonly y: number;
}

/** What the person who looks has done: 1 shows the whole world; the offset is in pixels. */
export interface Zoom {
  readonly factor: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Zoom = { factor: 1, x: 0, y: 0 };
export const MOST_ZOOM = 8;

/** At the left and the right edge there is nothing but the Pacific, so that much of the width need not be seen. */
const SEEN = 0.9;

export function frameOf(width: number, height: number, zoom: Zoom = WHOLE): Frame {
  const across = EXTENT.right - EXTENT.left;
  const down = EXTENT.bottom - EXTENT.top;
  const scale = Math.min(width / (across * SEEN), height / (down * 1.02)) * zoom.factor;
  return {
    width,
    height,
    scale,
    x: width / 2 - (scale * (EXTENT.left + EXTENT.right)) / 2 + zoom.x,
    y: height / 2 - (scale * (EXTENT.top + EXTENT.bottom)) / 2 + zoom.y,
  };
}

/** Zoomed around a point of the canvas, which stays where it is; the map stays in the canvas. */
export function zoomed(zoom: Zoom, by: number, [x, y]: Point, { width, height }: Frame): Zoom {
  const factor = Math.min(MOST_ZOOM, Math.max(1, zoom.factor * by));
  const ratio = factor / zoom.factor;
  const move = (offset: number, at: number, size: number) => {
    const moved = (offset + size / 2 - at) * ratio + at - size / 2;
    const most = (size / 2) * (factor - 1);
    return Math.min(most, Math.max(-most, moved));
  };
  return { factor, x: move(zoom.x, x, width), y: move(zoom.y, y, height) };
}

export function panned(zoom: Zoom, dx: number, dy: number, { width, height }: Frame): Zoom {
  const within = (value: number, size: number) => {
    const most = (size / 2) * (zoom.factor - 1);
    return Math.min(most, Math.max(-most, value));
  };
  return { ...zoom, x: within(zoom.x + dx, width), y: within(zoom.y + dy, height) };
}

export function toPixels({ scale, x, y }: Frame, [atX, atY]: Point): Point {
  return [x + atX * scale, y + atY * scale];
}

export function pixelOf(frame: Frame, place: Coordinates): Point {
  return toPixels(frame, project(place));
}

/** The place below a pixel; undefined where there is none on the globe. */
export function placeBelow({ scale, x, y }: Frame, [atX, atY]: Point): Coordinates | undefined {
  return placeAt([(atX - x) / scale, (atY - y) / scale]);
}

/** Points of a way along the surface. Where it leaves the map at one edge, it comes in again at the other: see `leaps`. */
export function pathBetween(
  frame: Frame,
  from: Coordinates,
  to: Coordinates,
  steps: number,
): readonly Point[] {
  return wayBetween(from, to, steps).map((place) => pixelOf(frame, place));
}

/**
 * A way that bends away from the straight one: what would be is told apart from the links that are, and two regions that
 * are near each other have something between them too.
 */
export function bowBetween(frame: Frame, from: Coordinates, to: Coordinates): readonly Point[] {
  const [[x1, y1], [x2, y2]] = [pixelOf(frame, from), pixelOf(frame, to)];
  const length = Math.hypot(x2 - x1, y2 - y1);
  const bend = 30 + length * 0.22;
  const side = x2 >= x1 ? 1 : -1;
  const [cx, cy] = [
    (x1 + x2) / 2 + (bend * side * (y2 - y1)) / Math.max(1, length),
    (y1 + y2) / 2 - (bend * side * (x2 - x1)) / Math.max(1, length),
  ];
  return Array.from({ length: BOW_STEPS + 1 }, (_, n): Point => {
    const [a, b] = [n / BOW_STEPS, 1 - n / BOW_STEPS];
    return [b * b * x1 + 2 * a * b * cx + a * a * x2, b * b * y1 + 2 * a * b * cy + a * a * y2];
  });
}

const BOW_STEPS = 32;

/** Whether a line between two points of a way would cross the whole map. */
export function leaps({ scale }: Frame, [x1]: Point, [x2]: Point): boolean {
  return Math.abs(x1 - x2) > scale * EXTENT.right;
}

/** The point on a way. @param part 0 to 1; undefined where the way leaves the map */
export function pointOn(frame: Frame, path: readonly Point[], part: number): Point | undefined {
  const at = Math.min(0.9999, Math.max(0, part)) * (path.length - 1);
  const index = Math.floor(at);
  const [from, to] = [path[index], path[index + 1]];
  if (from === undefined || to === undefined || leaps(frame, from, to)) return undefined;
  const rest = at - index;
  return [from[0] + (to[0] - from[0]) * rest, from[1] + (to[1] - from[1]) * rest];
}
