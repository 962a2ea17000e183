// On which side of its sign each region has its name: where it hides the least. Pure.

import type { Point } from '../geo/equal-earth.ts';

export const SIDES = ['right', 'left', 'below', 'above'] as const;
export type Side = (typeof SIDES)[number];

export interface Labelled {
  readonly at: Point;
  /** Of its label, in pixels. */
  readonly width: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelSpace {
  readonly width: number;
  readonly height: number;
  /** Of a sign. */
  readonly radius: number;
  readonly lineHeight: number;
}

/** To hide a sign, or to be cut off at the edge of the map, is worse than to touch another label. */
const SIGN_COST = 4;
const EDGE_COST = 8;

export function labelSides(regions: readonly Labelled[], space: LabelSpace): readonly Side[] {
  const placed: Box[] = [];
  return regions.map((region) => {
    const boxes = SIDES.map((side) => [side, boxOf(region, side, space)] as const);
    const costs = boxes.map(([side, box]) => {
      const signs = regions.filter((other) => other !== region && overlap(box, signBox(other, space)) > 0);
      const labels = placed.reduce((sum, other) => sum + overlap(box, other), 0);
      const isCut = box.left < 0 || box.right > space.width || box.top < 0 || box.bottom > space.height;
      return {
        side,
        box,
        cost: signs.length * SIGN_COST + labels / (region.width * space.lineHeight) + (isCut ? EDGE_COST : 0),
      };
    });
    const best = costs.reduce((one, other) => (other.cost < one.cost - 0.01 ? other : one));
    placed.push(best.box);
    return best.side;
  });
}

function boxOf({ at: [x, y], width }: Labelled, side: Side, { radius, lineHeight }: LabelSpace): Box {
  const gap = radius + 3;
  if (side === 'right' || side === 'left') {
    const left = side === 'right' ? x + gap : x - gap - width;
    return { left, right: left + width, top: y - lineHeight / 2, bottom: y + lineHeight / 2 };
  }
  const top = side === 'below' ? y + gap : y - gap - lineHeight;
  return { left: x - width / 2, right: x + width / 2, top, bottom: top + lineHeight };
}

function signBox({ at: [x, y] }: Labelled, { radius }: LabelSpace): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

/** The area that two boxes share, in square pixels. */
function overlap(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}
