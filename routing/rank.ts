// The rank of a region among the others: its effects, summed up as a tier and a score within the tier.

import type { RegionId } from '../regions/config.ts';
import type { Estimate } from './estimate.ts';
import type { AnyEffect } from './filter.ts';

export interface Rank {
  readonly region: RegionId;
  /**
   * Lower tiers come first: preferred regions below 0, then regular ones at `priority` - 1 (0 to 99), then demoted ones
   * from 100 on, also by priority.
   */
  readonly tier: number;
  /** What ranks it among regions of the same tier: the estimate plus all that the filters added, ms. */
  readonly scoreMs: number;
}

const PREFERRED_TIER = -1000;
const USUAL_TIER = 0;
const DEMOTED_TIER = 100;

export function rankOf({ finalMs }: Estimate, effects: readonly AnyEffect[]): Omit<Rank, 'region'> {
  let scoreMs = finalMs;
  let tier = USUAL_TIER;
  let isDemoted = false;
  let preferredTier: number | undefined;
  for (const effect of effects) {
    if (effect.effect === 'cost') scoreMs += effect.ms;
    else if (effect.effect === 'demote') isDemoted = true;
    else if (effect.effect === 'postpone') tier += effect.tiers;
    else if (effect.effect === 'prefer') preferredTier = PREFERRED_TIER + effect.place;
  }
  // By how many filters is no matter: among demoted regions the priority decides.
  if (isDemoted) tier += DEMOTED_TIER;
  return { tier: preferredTier ?? tier, scoreMs };
}

/** Ties go to the region whose id sorts first, whatever order the configuration has. */
export function byRank(a: Rank, b: Rank): number {
  return a.tier - b.tier || a.scoreMs - b.scoreMs || (a.region < b.region ? -1 : 1);
}

export function isPreferred({ tier }: Pick<Rank, 'tier'>): boolean {
  return tier < USUAL_TIER;
}
