// Moves signs that would hide each other apart, by as little as that takes. Pure.

import type { Point } from '../geo/equal-earth.ts';

/** More than a dozen regions need; what is left then overlaps a little. */
const ROUNDS = 24;

/** Points of which, as far as there is room, no two are nearer to each other than `distance`. */
export function apart(points: readonly Point[], distance: number): readonly Point[] {
  const moved = points.map(([x, y]) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let isDone = true;
    for (const [n, one] of moved.entries()) {
      for (const other of moved.slice(n + 1)) {
        const [dx, dy] = [other.x - one.x, other.y - one.y];
        const between = Math.hypot(dx, dy);
        if (between >= distance) continue;
        isDone = false;
        const [east, south] = between === 0 ? [1, 0] : [dx / between, dy / between];
        const by = (distance - between) / 2;
        one.x -= east * by;
        one.y -= south * by;
        other.x += east * by;
        other.y += south * by;
      }
    }
    if (isDone) break;
  }
  return moved.map(({ x, y }): Point => [x, y]);
}
