// A forecast as arcs on the map: who would go from where to where. Pure.

import type { Forecast } from '../../../api/forecast.ts';

export interface Arc {
  readonly from: string;
  readonly to: string;
  readonly share: number;
  /** Of the line, in pixels. */
  readonly width: number;
}

const THINNEST = 1.5;
const WIDEST = 12;

/** The largest first. Clients that are refused, before or after, are on no arc: `refusals` has them. */
export function arcsOf({ moves }: Pick<Forecast, 'moves'>): readonly Arc[] {
  const shown = moves.flatMap(({ from, to, share }) =>
    from === null || to === null || share <= 0 ? [] : [{ from, to, share }],
  );
  const largest = Math.max(...shown.map(({ share }) => share), 0);
  return shown
    .toSorted((a, b) => b.share - a.share)
    .map((move) => ({ ...move, width: THINNEST + (WIDEST - THINNEST) * Math.sqrt(move.share / largest) }));
}

/** By region, the share of all clients that it serves now and that no region would serve. */
export function refusalsOf({ moves }: Pick<Forecast, 'moves'>): ReadonlyMap<string, number> {
  const refused = moves.filter(({ from, to }) => from !== null && to === null);
  return new Map(refused.map(({ from, share }) => [from ?? '', share]));
}
