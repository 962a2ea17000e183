// What moves on the map: clients on the way from their place to their region, those that change their region, those that a
// forecast would move, and a message that is followed. A frame only moves and draws; ways are computed when the scene changes.

import type { Point } from '../geo/equal-earth.ts';
import type { Flow } from '../live/flows.ts';
import { allotted } from './allotted.ts';
import { bowBetween, type Frame, pathBetween, pointOn } from './frame.ts';
import type { Palette } from './palette.ts';
import type { Scene } from './scene.ts';

interface Stream {
  readonly path: readonly Point[];
  readonly colour: string;
  /** Dots under way at any time. */
  readonly dots: number;
  /** Of a dot from end to end. */
  readonly ms: number;
  readonly radius: number;
  /** Part of its way that the first has done at the beginning. */
  readonly offset: number;
  /** Of performance.now(): it ends by itself. */
  readonly begins?: number;
  readonly repeats: boolean;
}

/** More would be a cloud. */
const MOST_DOTS = 500;
const STEPS = 16;

/** Nearer together they would be a line. */
const LEAST_APART_PX = 14;

/** A pixel takes so long, so that near and far dots move alike. */
const MS_PER_PIXEL = 16;
const SHORTEST_MS = 1_800;
const LONGEST_MS = 9_000;

const FLOW_MS = 2_200;
const MOST_FLOW_DOTS = 30;

/** Between two hops of a message that is followed, on the map. */
export const HOP_MS = 1_100;

export class Particles {
  #frame: Frame | undefined;
  #streams: readonly Stream[] = [];
  #passing: readonly Stream[] = [];
  #regions: Scene['regions'] = [];
  #shown: Scene | undefined;

  /** Computes the ways anew. */
  show(scene: Scene, frame: Frame, palette: Palette): void {
    const before = this.#shown;
    this.#shown = scene;
    if (frame === this.#frame && before !== undefined && movesAlike(before, scene)) return;
    this.#frame = frame;
    this.#regions = scene.regions;
    this.#streams = [
      ...(scene.arcs.length > 0 || scene.decision !== undefined ? [] : clientStreams(scene, frame, palette)),
      ...arcStreams(scene, frame),
    ];
  }

  /** Clients that go from one region to another, once. */
  pass(flows: readonly Flow[], now: number): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    const added = flows.flatMap(({ from, to, clients }): Stream[] => {
      const [start, end] = [from, to].map((id) => this.#regions.find((region) => region.id === id));
      if (start === undefined || end === undefined) return [];
      const path = pathBetween(frame, start, end, STEPS * 2);
      const dots = Math.min(MOST_FLOW_DOTS, clients);
      return [
        { path, colour: end.colour, dots, ms: FLOW_MS, radius: 3, offset: 0, begins: now, repeats: false },
      ];
    });
    this.#passing = [...this.#passing.filter(({ begins = 0 }) => now - begins < FLOW_MS * 2), ...added];
  }

  get count(): number {
    return this.#streams.reduce((sum, { dots }) => sum + dots, 0);
  }

  /** @param now of performance.now() */
  draw(canvas: CanvasRenderingContext2D, now: number): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    for (const [colour, streams] of Map.groupBy([...this.#streams, ...this.#passing], (one) => one.colour)) {
      canvas.fillStyle = colour;
      canvas.beginPath();
      for (const stream of streams) addDots(canvas, frame, stream, now);
      canvas.fill();
    }
  }
}

/** Links and figures change each second; what moves does not. */
function movesAlike(one: Scene, other: Scene): boolean {
  return (
    one.regions === other.regions &&
    one.places === other.places &&
    one.arcs === other.arcs &&
    (one.decision === undefined) === (other.decision === undefined)
  );
}

function addDots(canvas: CanvasRenderingContext2D, frame: Frame, stream: Stream, now: number): void {
  const { path, dots, ms, radius, offset, begins = 0, repeats } = stream;
  for (let n = 0; n < dots; n += 1) {
    const done = (now - begins) / ms + offset;
    // Those that pass once follow each other; the others are spread over their way.
    const part = repeats ? (done + n / dots) % 1 : done - n / dots;
    if (part < 0 || part > 1) continue;
    const point = pointOn(frame, path, eased(part));
    if (point === undefined) continue;
    const size = radius * Math.min(1, part * 8, (1 - part) * 8);
    canvas.moveTo(point[0] + size, point[1]);
    canvas.arc(point[0], point[1], size, 0, 2 * Math.PI);
  }
}

/** Slow where it leaves and where it arrives. */
function eased(part: number): number {
  return part * part * (3 - 2 * part) * 0.6 + part * 0.4;
}

function clientStreams(scene: Scene, frame: Frame, palette: Palette): readonly Stream[] {
  const regions = new Map(scene.regions.map((region) => [region.id, region]));
  const shares = allotted(
    scene.places.map(({ clients }) => clients),
    MOST_DOTS,
  );
  return scene.places.flatMap((place, n): Stream[] => {
    const [region, dots = 0] = [regions.get(place.region), shares[n]];
    if (region === undefined || dots === 0) return [];
    const path = pathBetween(frame, place, region, STEPS);
    const colour = region.colour ?? palette.muted;
    const room = Math.max(1, Math.floor(lengthOf(path) / LEAST_APART_PX));
    return [
      {
        path,
        colour,
        dots: Math.min(dots, room),
        ms: timeOf(path),
        radius: 1.9,
        offset: (n * 0.618) % 1,
        repeats: true,
      },
    ];
  });
}

function arcStreams({ arcs, regions }: Scene, frame: Frame): readonly Stream[] {
  const places = new Map(regions.map((region) => [region.id, region]));
  return arcs.flatMap(({ from, to, width }, n): Stream[] => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) return [];
    const path = bowBetween(frame, start, end);
    const radius = Math.max(2, width * 0.42);
    return [
      { path, colour: end.colour, dots: 6, ms: timeOf(path), radius, offset: (n * 0.618) % 1, repeats: true },
    ];
  });
}

function timeOf(path: readonly Point[]): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lengthOf(path) * MS_PER_PIXEL));
}

/** From end to end, in pixels. */
function lengthOf(path: readonly Point[]): number {
  const [first = [0, 0], last = [0, 0]] = [path[0], path.at(-1)];
  return Math.hypot(last[0] - first[0], last[1] - first[1]);
}
