// Lines as short text: steps between points of a grid, five bits in a character, as Google's polylines have them. The build
// packs the coast line with it, and the page unpacks it. Pure.

import type { Point } from './equal-earth.ts';

/** Steps of the grid in a radius of the globe: on a map of 2,000 px one is half a pixel. */
export const GRID = 700;

const FIRST = 63;
const MORE = 32;
const BITS = 5;

export function packLines(lines: readonly (readonly Point[])[]): string {
  return lines.map(packLine).filter(Boolean).join(' ');
}

function packLine(line: readonly Point[]): string {
  let [atX, atY] = [0, 0];
  let text = '';
  for (const [x, y] of line) {
    const [gridX, gridY] = [Math.round(x * GRID), Math.round(y * GRID)];
    if (text !== '' && gridX === atX && gridY === atY) continue;
    text += packed(gridX - atX) + packed(gridY - atY);
    [atX, atY] = [gridX, gridY];
  }
  return text;
}

function packed(step: number): string {
  let rest = step < 0 ? -2 * step - 1 : 2 * step;
  let text = '';
  while (rest >= MORE) {
    text += String.fromCharCode(FIRST + (MORE | (rest % MORE)));
    rest = Math.floor(rest / MORE);
  }
  return text + String.fromCharCode(FIRST + rest);
}

export function unpackLines(text: string): readonly (readonly Point[])[] {
  return text === '' ? [] : text.split(' ').map(unpackLine);
}

function unpackLine(text: string): readonly Point[] {
  const steps: number[] = [];
  let [value, shift] = [0, 0];
  for (let n = 0; n < text.length; n += 1) {
    const bits = text.charCodeAt(n) - FIRST;
    value |= (bits & (MORE - 1)) << shift;
    shift += BITS;
    if (bits >= MORE) continue;
    steps.push(value & 1 ? -(value + 1) / 2 : value / 2);
    [value, shift] = [0, 0];
  }
  let [x, y] = [0, 0];
  return Array.from({ length: steps.length / 2 }, (_, n): Point => {
    x += steps[2 * n] ?? 0;
    y += steps[2 * n + 1] ?? 0;
    return [x / GRID, y / GRID];
  });
}
