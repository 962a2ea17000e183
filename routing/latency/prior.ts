// The prior: the RTT to expect between a place and a region before it has been measured. Routing ranks regions by it
// until a data center's own measurements correct it. Pure; for any place on the globe and any set of regions, and the
// same in both directions.
//
// The model is in model.ts, its graph in hubs.ts, its numbers in prior-table.ts, how they were found in tools/fit/.

import type { Coordinates } from '../coordinates.ts';
import { type Access, accessOf } from './access.ts';
import { buildBackbone, parseLink } from './backbone.ts';
import { compileTarget, type LatencyModel, rttMs } from './model.ts';
import { ACCESS_MS_PER_1000_KM, END_MS, LINKS_MS } from './prior-table.ts';

/** Compiled regions: their paths over the backbone are computed. */
export interface Prior {
  /**
   * Expected RTT in ms from a place to each region, in the order they were compiled in. `from` is what accessOf
   * gives for the place; a data center doesn't move, so keep it.
   */
  rttMs(from: Access): number[];
}

/** The model with the numbers that ship. */
export const MODEL: LatencyModel = {
  backbone: buildBackbone(LINKS_MS.split(' ').map(readLink)),
  accessMsPer1000Km: new Map(Object.entries(ACCESS_MS_PER_1000_KM)),
  endMs: END_MS,
};

/** Compiles regions; call it once per configuration. */
export function compilePrior(regions: readonly Coordinates[]): Prior {
  const targets = regions.map((region) => compileTarget(MODEL, accessOf(region)));
  return { rttMs: (from) => targets.map((target) => rttMs(MODEL, from, target)) };
}

/** Expected RTT in ms between two places. For many estimates compile the regions instead. */
export function expectedRttMs(from: Coordinates, to: Coordinates): number {
  return rttMs(MODEL, accessOf(from), compileTarget(MODEL, accessOf(to)));
}

function readLink(text: string): { readonly a: number; readonly b: number; readonly ms: number } {
  const [name = '', ms] = text.split(':');
  return { ...parseLink(name), ms: Number(ms) };
}
