// Numbers of clients over time, which keep each level until the next: as a line, or as areas that lie on one another.

import type { Series } from './chart-legend.ts';
import type { Level } from './summary.ts';

interface Stepped {
  readonly name: string;
  readonly levels: readonly Level[];
  readonly colour: string;
}

/** The last level lasts until then. */
interface Until {
  readonly endMs: number;
}

export function stepLine({ name, levels, colour }: Stepped, { endMs }: Until): Series {
  return { ...steps(name, colour, pointsOf(levels, endMs)), lineStyle: { width: 2, color: colour } };
}

/** From the first one at the bottom to the last at the top, which ends at the sum of all. */
export function stackedSteps(all: readonly Stepped[], { endMs }: Until): readonly Series[] {
  const moments = [...new Set(all.flatMap(({ levels }) => levels.map(({ atMs }) => atMs)))].toSorted(
    (a, b) => a - b,
  );
  let below: readonly Level[] = moments.map((atMs) => ({ atMs, clients: 0 }));
  return all.map(({ name, levels, colour }, index) => {
    let next = 0;
    let clients = 0;
    below = below.map(({ atMs, clients: others }) => {
      for (let level = levels[next]; level !== undefined && level.atMs <= atMs; level = levels[next]) {
        clients = level.clients;
        next += 1;
      }
      return { atMs, clients: others + clients };
    });
    return {
      ...steps(name, colour, pointsOf(below, endMs)),
      // Each covers the upper part of none: what is higher is painted before.
      z: LOWEST_Z + 1 - index / all.length,
      lineStyle: { width: 0 },
      areaStyle: { color: colour, opacity: 1 },
    };
  });
}

/** Above the shades, and below the legend by more than 1. */
const LOWEST_Z = 2;

type Point = readonly [atMs: number, clients: number];

function steps(name: string, colour: string, data: readonly Point[]): Series {
  return {
    type: 'line',
    name,
    data,
    step: 'end',
    showSymbol: false,
    color: colour,
    itemStyle: { color: colour },
  };
}

function pointsOf(levels: readonly Level[], endMs: number): readonly Point[] {
  const points = levels.map(({ atMs, clients }): Point => [atMs, clients]);
  const last = points.at(-1);
  return last === undefined ? [] : [[0, 0], ...points, [Math.max(endMs, last[0]), last[1]]];
}
