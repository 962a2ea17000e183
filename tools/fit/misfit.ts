// How far a model is from what was measured. Pure.

import type { Coordinates } from '../../routing/coordinates.ts';
import { type Access, accessOf } from '../../routing/latency/access.ts';
import { compileTarget, type LatencyModel, rttMs } from '../../routing/latency/model.ts';
import type { Measurement } from './measurements.ts';

/** A larger relative error is a detour of one network, not the length of the link; its weight stops growing. */
const OUTLIER = 0.15;
/** Added to the RTT that an error is relative to, so that 2 ms off on 5 ms is no catastrophe. */
const SOFTENING_MS = 15;
/** The weight of a data set as a whole, however many pairs it has: the scale for `pull`. */
const DATA_SET_WEIGHT = 1000;

/** A data set whose places are resolved once. */
export interface Prepared {
  readonly targets: readonly Access[];
  readonly pairs: readonly { readonly from: Access; readonly target: number; readonly ms: number }[];
}

export function prepare(measurements: readonly Measurement[]): Prepared {
  const accesses = new Map<Coordinates, Access>();
  const targets = new Map<Coordinates, number>();
  const pairs = measurements.map(({ from, to, ms }) => {
    const access = accesses.get(from) ?? accessOf(from);
    accesses.set(from, access);
    const target = targets.get(to) ?? targets.size;
    targets.set(to, target);
    return { from: access, target, ms };
  });
  return { targets: [...targets.keys()].map(accessOf), pairs };
}

/** The mean loss over the pairs, weighted. */
export function misfit({ targets, pairs }: Prepared, model: LatencyModel): number {
  const compiled = targets.map((target) => compileTarget(model, target));
  let sum = 0;
  for (const { from, target, ms } of pairs) {
    const to = compiled[target];
    if (to !== undefined) sum += huber((rttMs(model, from, to) - ms) / (ms + SOFTENING_MS));
  }
  return (DATA_SET_WEIGHT * sum) / pairs.length;
}

/** Squared near zero, linear beyond OUTLIER. */
function huber(error: number): number {
  const size = Math.abs(error);
  return size <= OUTLIER ? size * size : OUTLIER * (2 * size - OUTLIER);
}
