// The ids of the regions beside their markers, where they hide the least.

import { escapeXml } from './base-map.ts';
import { placeLabels } from './map-labels.ts';
import type { Point } from './projection.ts';

/** @param dots what else is on the map and should stay visible */
export function regionLabels(
  markers: readonly { readonly text: string; readonly at: Point }[],
  dots: readonly Point[],
): readonly string[] {
  return placeLabels(markers, dots).map(({ text, at: [x, y], anchor }) => {
    const place = `x="${x.toFixed(1)}" y="${(y + 5).toFixed(1)}" text-anchor="${anchor}"`;
    return `<text class="id" ${place}>${escapeXml(text)}</text>`;
  });
}
