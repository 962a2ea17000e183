// Whether a decision is a failover: another region would serve, if all were healthy and had room. What the rules say
// (residency, dials, drains, priorities) is how it should be, and no failover.

import type { Candidate, Failover } from './decision.ts';
import type { Effect, SetbackEffect } from './effect.ts';
import type { Estimate } from './estimate.ts';
import { byRank, type Rank, rankOf } from './rank.ts';

/** A region that its health or load speaks against, as it would rank without that. */
export interface SetBack extends Rank {
  readonly region: string;
  readonly cause: SetbackEffect;
}

/** Undefined where nothing speaks against the region. */
export function setBackOf(
  region: string,
  estimate: Estimate,
  effects: readonly Effect[],
): SetBack | undefined {
  const cause = effects.find(isSetback);
  if (cause === undefined) return undefined;
  const others = effects.filter((effect) => !isSetback(effect));
  return { region, cause, ...rankOf(estimate, others) };
}

/** @param first the best as things are */
export function failoverOf(first: Candidate, setBack: readonly SetBack[]): Failover | undefined {
  const [best] = setBack.toSorted(byRank);
  if (best === undefined || best.region === first.region || byRank(first, best) < 0) return undefined;
  return { from: best.region, cause: best.cause };
}

function isSetback(effect: Effect): effect is SetbackEffect {
  return effect.filter === 'health' || effect.filter === 'capacity';
}
