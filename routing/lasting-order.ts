// The regions as they would rank if nothing spoke against any that may pass: where the clients of a place belong. That is
// whom to ask how they are, since a region that is avoided is to be taken again as soon as it can be.

import type { Assessment, Decision } from './decision.ts';
import { isTemporary } from './effect-traits.ts';
import { byRank, rankOf } from './rank.ts';

/** A region in that order. */
export interface LastingPlace {
  readonly region: string;
  /** Whether something that may pass keeps clients from it. */
  readonly isAvoided: boolean;
}

/** Of a decision, without the regions that the rules exclude. */
export function lastingOrder({ candidates, rejected }: Decision): readonly LastingPlace[] {
  const full = rejected.filter(({ effects }) => isTemporary(effects.at(-1)));
  return [...candidates, ...full]
    .map(lastingRank)
    .sort(byRank)
    .map(({ region, isAvoided }) => ({ region, isAvoided }));
}

function lastingRank({ region, estimate, effects }: Assessment) {
  const lasting = effects.filter((effect) => !isTemporary(effect));
  const isAvoided = effects.some((each) => isTemporary(each) && each.effect !== 'cost');
  return { region, isAvoided, ...rankOf(estimate, lasting) };
}
