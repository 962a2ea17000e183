// Draws a message that is followed: each hop when its turn has come, with its number.

import { type Frame, pathBetween, pixelOf, pointOn } from './frame.ts';
import { STEPS, strokePath } from './lines.ts';
import type { Palette } from './palette.ts';
import { HOP_MS } from './particles.ts';
import type { Scene } from './scene.ts';

/** @param began of performance.now() */
export function drawHops(
  canvas: CanvasRenderingContext2D,
  frame: Frame,
  { hops, regions }: Scene,
  palette: Palette,
  { now, began }: { readonly now: number; readonly began: number },
): void {
  const places = new Map(regions.map((region) => [region.id, region]));
  const regionOfServer = new Map(hops.map(({ server, region }) => [server, region]));
  canvas.strokeStyle = palette.leaving;
  canvas.fillStyle = palette.leaving;
  canvas.lineWidth = 2.5;
  for (const { server, region, from } of hops) {
    const level = levelOf(hops, server);
    const part = Math.min(1, (now - began) / HOP_MS - level + 1);
    const end = places.get(region ?? '');
    const start = places.get((from === null ? undefined : regionOfServer.get(from)) ?? '');
    if (end === undefined || part <= 0) continue;
    if (start !== undefined) {
      const path = pathBetween(frame, start, end, STEPS);
      strokePath(canvas, frame, path.slice(0, Math.max(2, Math.ceil(part * path.length))));
      const head = pointOn(frame, path, part);
      if (head !== undefined && part < 1) dot(canvas, head, 5);
    }
    if (part >= 1) ring(canvas, pixelOf(frame, end), 20);
  }
}

/** How many hops a server is away from where the message was published. */
function levelOf(hops: Scene['hops'], server: string, depth = 0): number {
  const from = hops.find((hop) => hop.server === server)?.from ?? null;
  return from === null || depth > hops.length ? depth : levelOf(hops, from, depth + 1);
}

function dot(canvas: CanvasRenderingContext2D, [x, y]: readonly [number, number], radius: number): void {
  canvas.beginPath();
  canvas.arc(x, y, radius, 0, 2 * Math.PI);
  canvas.fill();
}

function ring(canvas: CanvasRenderingContext2D, [x, y]: readonly [number, number], radius: number): void {
  canvas.beginPath();
  canvas.arc(x, y, radius, 0, 2 * Math.PI);
  canvas.stroke();
}
