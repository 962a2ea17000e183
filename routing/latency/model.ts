// The model behind the prior, without its numbers: how an estimate is computed. Pure. prior.ts gives it the shipped
// numbers, the fit tries others.
//
//   RTT = END_MS + minimum over paths of (access + links + access)
//
// Access is the kilometres to a hub times a slope of the area. Two places that share a hub may also meet directly:
// their own kilometres times the slope. Every slope and link is at least light in fibre, so the sum is too.

import { distanceKm } from '../distance.ts';
import type { Access } from './access.ts';
import { type Backbone, msToHubs } from './backbone.ts';

/** RTT of 1,000 km of straight fibre: light does 200,000 km/s in glass, there and back. */
export const FIBRE_MS_PER_1000_KM = 10;

/** The numbers of a model. */
export interface LatencyModel {
  readonly backbone: Backbone;
  /** By area. */
  readonly accessMsPer1000Km: ReadonlyMap<string, number>;
  /** Both ends together: the last mile, the host. */
  readonly endMs: number;
}

/** A region seen from everywhere. */
export interface Target {
  readonly access: Access;
  readonly msToHubs: Float64Array;
}

/** Computes the paths to a place once, so that an estimate is a few additions. */
export function compileTarget(model: LatencyModel, access: Access): Target {
  const slope = slopeOf(model, access);
  const starts = access.hubs.map(({ index, km }) => ({ index, ms: km * slope }));
  return { access, msToHubs: msToHubs(model.backbone, starts) };
}

/** Expected RTT in ms. */
export function rttMs(model: LatencyModel, from: Access, target: Target): number {
  const slope = slopeOf(model, from);
  let best = Number.POSITIVE_INFINITY;
  for (const { index, km } of from.hubs) {
    const ms = km * slope + (target.msToHubs[index] ?? Number.POSITIVE_INFINITY);
    if (ms < best) best = ms;
  }
  if (shareHub(from, target.access))
    best = Math.min(best, distanceKm(from.place, target.access.place) * slope);
  return model.endMs + best;
}

function slopeOf(model: LatencyModel, { area }: Access): number {
  return (model.accessMsPer1000Km.get(area) ?? 2 * FIBRE_MS_PER_1000_KM) / 1000;
}

/** Only places of one area can: a place uses only hubs of its own area. */
function shareHub(a: Access, b: Access): boolean {
  return a.area === b.area && a.hubs.some(({ index }) => b.hubs.some((other) => other.index === index));
}
