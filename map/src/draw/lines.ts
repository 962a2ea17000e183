// Draws links, decisions and forecasts: lines along the surface between places.

import type { Coordinates } from '../../../routing/coordinates.ts';
import type { Point } from '../geo/equal-earth.ts';
import { bowBetween, type Frame, leaps, pathBetween, pixelOf } from './frame.ts';
import type { Palette } from './palette.ts';
import type { Scene, SceneLink, SceneRegion } from './scene.ts';

/** Points of a line are so many pieces apart. */
export const STEPS = 40;

const THINNEST = 0.8;
const WIDEST = 5;
/** Bytes a second from which on a link is as wide as it gets. */
const MOST_BYTES = 10_000_000;

/** Wider by each ten times as many bytes. */
export function widthOf(rate: number | null): number {
  if (rate === null || rate < 1) return THINNEST;
  return THINNEST + (WIDEST - THINNEST) * Math.min(1, Math.log10(rate) / Math.log10(MOST_BYTES));
}

export function drawLinks(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  scene: Scene,
  palette: Palette,
): void {
  const places = new Map(scene.regions.map((region) => [region.id, region]));
  const isCalm = scene.decision !== undefined || scene.arcs.length > 0 || scene.hops.length > 0;
  for (const link of scene.links) {
    const [a, b] = [places.get(link.a), places.get(link.b)];
    if (a === undefined || b === undefined) continue;
    const isSelected = link.a === scene.selected || link.b === scene.selected;
    canvas.globalAlpha = isCalm ? 0.22 : scene.selected === undefined ? 0.5 : isSelected ? 0.95 : 0.15;
    drawLink(canvas, pathBetween(frame, a, b, STEPS), frame, link, palette);
  }
  canvas.globalAlpha = 1;
  canvas.setLineDash([]);
}

function drawLink(
  canvas: CanvasRenderingContext2D,
  path: readonly Point[],
  frame: Frame,
  { state, rate }: SceneLink,
  palette: Palette,
): void {
  canvas.strokeStyle = state === 'up' ? palette.accent : state === 'down' ? palette.bad : palette.muted;
  canvas.lineWidth = state === 'down' ? 1.6 : widthOf(rate);
  canvas.setLineDash(state === 'up' ? [] : state === 'asleep' ? [1, 5] : [6, 5]);
  strokePath(canvas, frame, path);
}

/** The ranked regions of a place: the best by a strong line, the others by thinner ones. */
export function drawDecision(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  scene: Scene,
  palette: Palette,
): void {
  if (scene.decision === undefined) return;
  const { at, ranked, isServed } = scene.decision;
  const regions = new Map(scene.regions.map((region) => [region.id, region]));
  for (const [rank, id] of [...ranked.entries()].reverse()) {
    const region = regions.get(id);
    if (region === undefined) continue;
    const isWinner = isServed && rank === 0;
    canvas.globalAlpha = isWinner ? 1 : Math.max(0.3, 0.75 - rank * 0.12);
    canvas.strokeStyle = isWinner ? palette.ink : palette.muted;
    canvas.lineWidth = isWinner ? 3 : 1.2;
    canvas.setLineDash(isWinner ? [] : [3, 4]);
    strokePath(canvas, frame, pathBetween(frame, at, region, STEPS));
  }
  canvas.globalAlpha = 1;
  canvas.setLineDash([]);
  drawPin(canvas, pixelOf(frame, at), palette);
}

function drawPin(canvas: CanvasRenderingContext2D, [x, y]: Point, palette: Palette): void {
  canvas.beginPath();
  canvas.arc(x, y, 6, 0, 2 * Math.PI);
  canvas.fillStyle = palette.paper;
  canvas.fill();
  canvas.lineWidth = 3;
  canvas.strokeStyle = palette.ink;
  canvas.stroke();
}

/** Where clients would go, wide as their share, in the colour of the region that would get them. */
export function drawArcs(canvas: CanvasRenderingContext2D, frame: Frame, scene: Scene): void {
  const regions = new Map(scene.regions.map((region) => [region.id, region]));
  canvas.lineCap = 'round';
  canvas.globalAlpha = 0.45;
  for (const { from, to, width } of scene.arcs) {
    const [start, end] = [regions.get(from), regions.get(to)];
    if (start === undefined || end === undefined) continue;
    canvas.strokeStyle = end.colour;
    canvas.lineWidth = width;
    strokePath(canvas, frame, bowBetween(frame, start, end));
  }
  canvas.globalAlpha = 1;
  canvas.lineCap = 'butt';
}

export function strokePath(canvas: CanvasRenderingContext2D, frame: Frame, path: readonly Point[]): void {
  canvas.beginPath();
  for (const [n, point] of path.entries()) {
    const before = path[n - 1];
    if (before === undefined || leaps(frame, before, point)) canvas.moveTo(point[0], point[1]);
    else canvas.lineTo(point[0], point[1]);
  }
  canvas.stroke();
}

/** Clients by place: the area of a dot is their number. */
export function drawPlaces(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  scene: Scene,
  palette: Palette,
): void {
  const colours = new Map(scene.regions.map((region: SceneRegion) => [region.id, region.colour]));
  canvas.lineWidth = 1;
  canvas.strokeStyle = palette.paper;
  const isAside = scene.decision !== undefined || scene.arcs.length > 0 || scene.hops.length > 0;
  canvas.globalAlpha = isAside ? 0.3 : 0.85;
  for (const place of scene.places) {
    const [x, y] = pixelOf(frame, place as Coordinates);
    canvas.fillStyle = colours.get(place.region) ?? palette.muted;
    canvas.beginPath();
    canvas.arc(x, y, dotRadius(place.clients), 0, 2 * Math.PI);
    canvas.fill();
    canvas.stroke();
  }
  canvas.globalAlpha = 1;
}

const LEAST_RADIUS = 2;
const MOST_RADIUS = 12;

export function dotRadius(clients: number): number {
  return Math.min(MOST_RADIUS, LEAST_RADIUS + Math.sqrt(Math.max(0, clients)) * 0.45);
}
