// A model as a function of two places, which is what scores are made with. Pure.

import type { Coordinates } from '../../routing/coordinates.ts';
import { type Access, accessOf } from '../../routing/latency/access.ts';
import { compileTarget, type LatencyModel, rttMs, type Target } from '../../routing/latency/model.ts';

/** Estimates the RTT in ms from a client to a region. */
export type Estimator = (from: Coordinates, to: Coordinates) => number;

/** Caches its results for each place: scores need the same few again and again. */
export function estimatorOf(model: LatencyModel): Estimator {
  const accesses = new Map<Coordinates, Access>();
  const targets = new Map<Coordinates, Target>();
  return (from, to) => {
    const access = accesses.get(from) ?? accessOf(from);
    accesses.set(from, access);
    const target = targets.get(to) ?? compileTarget(model, accessOf(to));
    targets.set(to, target);
    return rttMs(model, access, target);
  };
}
