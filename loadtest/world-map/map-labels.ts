// Positions of the regions' labels: on the side of the marker where they hide the least.

import type { Point } from './base-map.ts';
import { escapeXml } from './escape-xml.ts';

/** A label, and the point where its middle line starts, is centred or ends. */
export interface Label {
  readonly text: string;
  readonly at: Point;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of bold text of 14 px, about. */
const CHARACTER_WIDTH = 8.6;
const LINE_HEIGHT = 15;

/** From the middle of a marker to the label beside it, or above and below. */
const ASIDE = 13;
const ABOVE = 19;

/** To hide a marker or a label is worse than to hide a client. */
const HIDDEN_MARKER_COST = 5;

/**
 * The ids of the regions beside their markers.
 *
 * @param dots what else is on the map and should stay visible
 */
export function regionLabels(
  markers: readonly { readonly text: string; readonly at: Point }[],
  dots: readonly Point[],
): readonly string[] {
  return placeLabels(markers, dots).map(({ text, at: [x, y], anchor }) => {
    const position = `x="${x.toFixed(1)}" y="${(y + 5).toFixed(1)}" text-anchor="${anchor}"`;
    return `<text class="id" ${position}>${escapeXml(text)}</text>`;
  });
}

/** The label of each marker, with its position. */
export function placeLabels(
  markers: readonly { readonly text: string; readonly at: Point }[],
  dots: readonly Point[],
): readonly Label[] {
  const points = markers.map(({ at }) => at);
  const taken: Box[] = [];
  return markers.map(({ text, at }) => {
    const others = points.filter((point) => point !== at);
    const cost = (label: Label) => {
      const box = boxOf(label);
      const markersHidden = others.filter((point) => isNear(point, box)).length;
      const labelsHidden = taken.filter((other) => overlaps(box, other)).length;
      return (
        dots.filter((point) => isNear(point, box)).length +
        HIDDEN_MARKER_COST * (markersHidden + labelsHidden)
      );
    };
    const best = positionsOf(text, at).reduce((a, b) => (cost(b) < cost(a) ? b : a));
    taken.push(boxOf(best));
    return best;
  });
}

/** In order of preference. */
function positionsOf(text: string, [x, y]: Point): readonly [Label, ...Label[]] {
  return [
    { text, at: [x + ASIDE, y], anchor: 'start' },
    { text, at: [x - ASIDE, y], anchor: 'end' },
    { text, at: [x, y + ABOVE], anchor: 'middle' },
    { text, at: [x, y - ABOVE], anchor: 'middle' },
  ];
}

function boxOf({ text, at: [x, y], anchor }: Label): Box {
  const width = text.length * CHARACTER_WIDTH;
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return { left, right: left + width, top: y - LINE_HEIGHT / 2, bottom: y + LINE_HEIGHT / 2 };
}

/** Half of a dot. */
const REACH = 4;

function isNear([x, y]: Point, { left, right, top, bottom }: Box): boolean {
  return x > left - REACH && x < right + REACH && y > top - REACH && y < bottom + REACH;
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
