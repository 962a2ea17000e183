// What would be if nothing temporary spoke against the regions: whether a decision is a failover, and which region
// to wake. What the rules say (residency, dials, drains, priorities) is how it should be, and no failover.

import type { RegionId } from '../regions/config.ts';
import type { Failover } from './decision.ts';
import type { Effect } from './filters/all.ts';
import { byRank, type Rank } from './rank.ts';

/** A region as it would rank without what speaks against it only for now. */
export interface Setback extends Rank {
  /** The first thing that does. */
  readonly cause: Effect;
}

/** @param first the best as things are */
export function failoverOf(first: Rank, setbacks: readonly Setback[]): Failover | undefined {
  if (setbacks.length === 0) return undefined;
  const [best] = setbacks.toSorted(byRank);
  if (best === undefined || best.region === first.region || byRank(first, best) < 0) return undefined;
  return { from: best.region, cause: best.cause };
}

/**
 * The sleeping region that would be first if it were awake, where it isn't.
 *
 * @param sleepers as they would rank if they were awake
 */
export function toWake(first: Rank, sleepers: readonly Rank[]): RegionId | undefined {
  if (sleepers.length === 0) return undefined;
  const [best] = sleepers.filter(({ tier }) => tier === first.tier).sort(byRank);
  if (best === undefined || best.region === first.region || best.scoreMs >= first.scoreMs) return undefined;
  return best.region;
}
