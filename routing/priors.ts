// The model's estimates for one entry and all regions of a plan, kept per plan for entries that have a code: there
// are a few hundred data centers, but any number of coordinates.

import type { Entry } from './decision.ts';
import { accessOf } from './latency/access.ts';
import type { RoutingPlan } from './plan.ts';

/** Expected round trips in ms, in the order of the plan's regions. */
export function priorsOf(entry: Entry, plan: RoutingPlan): readonly number[] {
  if (entry.source === 'coordinates') return estimateAll(entry, plan);
  const key = `${entry.source}:${entry.value}`;
  const known = plan.priors.get(key);
  if (known !== undefined) return known;
  const priors = estimateAll(entry, plan);
  plan.priors.set(key, priors);
  return priors;
}

function estimateAll({ coordinates }: Entry, { prior }: RoutingPlan): readonly number[] {
  return prior.rttMs(accessOf(coordinates));
}
