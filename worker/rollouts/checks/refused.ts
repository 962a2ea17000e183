// Whether routing itself refuses more clients than it did before the first step, as where a rule or the last dial leaves them no
// region. Pure.

import type { RolloutCheck } from '../../../api/rollouts.ts';
import { isRefused, refusedOf } from '../visit-window.ts';
import { chanceOfAtLeast } from './chance.ts';
import { type Evidence, fail, percent, type Verdict } from './verdict.ts';

/** More may be chance: they count once that is less probable than this. */
const LEAST_CHANCE = 0.05;

type Check = Extract<RolloutCheck, { check: 'connects' }>;

/** Undefined if it does not, or too few came to tell. */
export function refusedByRouting(
  { minSuccess, margin }: Pick<Check, 'minSuccess' | 'margin'>,
  came: NonNullable<Evidence['came']>,
  { refusedBefore, minSamples }: Pick<Evidence, 'refusedBefore' | 'minSamples'>,
): Verdict | undefined {
  const { refused, total } = refusedOf(came.lately);
  if (total < minSamples || !came.now.some(isRefused)) return undefined;
  const before = refusedBefore.total === 0 ? 0 : refusedBefore.refused / refusedBefore.total;
  const allowed = Math.max(1 - minSuccess, before + margin);
  if (refused / total <= allowed || chanceOfAtLeast(refused, total, allowed) > LEAST_CHANCE) return undefined;
  return fail(
    `${refused} of ${total} clients were refused, since no region may take them (${percent(refused / total)}, before the first step ${percent(before)}, allowed ${percent(allowed)})`,
  );
}
