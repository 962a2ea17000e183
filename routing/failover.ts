// What the decision would be without temporary effects: whether it is a failover, and which region to wake. What the
// rules exclude (residency, dials, drains, priorities) is excluded on purpose, and is not a failover.

import type { RegionId } from '../regions/config.ts';
import type { Failover } from './decision.ts';
import type { Effect } from './filters/all.ts';
import { byRank, type Rank } from './rank.ts';

/** A region as it would rank without temporary effects. */
export interface Setback extends Rank {
  /** The first of these effects. */
  readonly cause: Effect;
}

/** @param first the best region with all effects */
export function failoverOf(first: Rank, setbacks: readonly Setback[]): Failover | undefined {
  if (setbacks.length === 0) return undefined;
  const [best] = setbacks.toSorted(byRank);
  if (best === undefined || best.region === first.region || byRank(first, best) < 0) return undefined;
  return { from: best.region, cause: best.cause };
}

/**
 * The sleeping region that would come first if it were awake, unless it comes first anyway.
 *
 * @param sleepers as they would rank if they were awake
 */
export function toWake(first: Rank, sleepers: readonly Rank[]): RegionId | undefined {
  if (sleepers.length === 0) return undefined;
  const [best] = sleepers.filter(({ tier }) => tier === first.tier).sort(byRank);
  if (best === undefined || best.region === first.region || best.scoreMs >= first.scoreMs) return undefined;
  return best.region;
}
