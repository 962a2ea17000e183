// Where a region stands among the others: what the filters said of it, as a tier and a score within it.

import type { Candidate } from './decision.ts';
import type { Effect } from './effect.ts';
import type { Estimate } from './estimate.ts';

export type Rank = Pick<Candidate, 'tier' | 'scoreMs'>;

/**
 * Tiers: preferred regions come before the usual ones, by their place; demoted ones after all that are not. The usual
 * and the demoted ones are in tiers by their priority, of which there are a hundred.
 */
const PREFERRED_TIER = -1000;
const USUAL_TIER = 0;
const DEMOTED_TIER = 100;

export function rankOf({ finalMs }: Estimate, effects: readonly Effect[]): Rank {
  let scoreMs = finalMs;
  let tier = USUAL_TIER;
  let preferredTier: number | undefined;
  for (const effect of effects) {
    if (effect.effect === 'cost') scoreMs += effect.ms;
    else if (effect.effect === 'demote') tier += DEMOTED_TIER;
    else if (effect.effect === 'postpone') tier += effect.tiers;
    else if (effect.effect === 'prefer') preferredTier = PREFERRED_TIER + effect.place;
  }
  return { tier: preferredTier ?? tier, scoreMs };
}

interface Ranked extends Rank {
  readonly region: string;
}

/** Ties go to the region whose id sorts first, whatever order the configuration has. */
export function byRank(a: Ranked, b: Ranked): number {
  return a.tier - b.tier || a.scoreMs - b.scoreMs || (a.region < b.region ? -1 : 1);
}

export function isPreferred({ tier }: Rank): boolean {
  return tier < USUAL_TIER;
}
