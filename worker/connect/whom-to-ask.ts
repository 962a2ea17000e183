// Which regions a data center asks for their status, and when. Pure: the time and random numbers are passed in.

import { ASK_AGAIN_MS, ASK_EVERY_MS, hasPassed } from './ask-intervals.ts';
import type { ColoRecord } from './colo-record.ts';

/** How many of the likely best regions, which decide where clients go, are asked. */
export const ASK_BEST = 3;

/** A region that was measured less often than this is new: of the others, those are asked first. */
export const NEW_UNTIL_SAMPLES = 5;

/** How many of the others are asked beside the best, while there are new ones among them. */
export const ASK_NEW = 3;

/** Chance that one of the others is asked when none of them is new: each gets its turn every few minutes. */
export const ASK_OTHER_CHANCE = 0.25;

/** A region that is right for clients from here, whatever its current state. */
export interface Ranked {
  readonly region: string;
  /** Whether something temporary keeps clients away from it. */
  readonly isAvoided: boolean;
}

/**
 * Which regions to ask now, of those ranked best first: the best, and beside them those that were hardly ever measured,
 * since where the model is wrong the best may be among them.
 *
 * @param random uniform in [0, 1)
 */
export function regionsToAsk(
  record: ColoRecord,
  ranked: readonly Ranked[],
  now: number,
  random: number,
): readonly string[] {
  const others = ranked.slice(ASK_BEST);
  const unknown = leastMeasured(record, others);
  const other =
    random < ASK_OTHER_CHANCE ? others[Math.floor((random / ASK_OTHER_CHANCE) * others.length)] : undefined;
  const beside = unknown.length > 0 ? unknown : other === undefined ? [] : [other];
  return [...ranked.slice(0, ASK_BEST), ...beside]
    .filter((each) => isDueAt(record, each, now))
    .map(({ region }) => region);
}

/**
 * The new ones, and those whose path has changed lately: what made one slow for some minutes may have passed, and only who
 * asks sees it. Those first that were asked longest ago. Only a region that is up can be measured.
 */
function leastMeasured({ regions }: ColoRecord, others: readonly Ranked[]): readonly Ranked[] {
  const isNew = ({ region }: Ranked) => {
    const { trips, state = 'up' } = regions[region] ?? {};
    const isSettled = (trips?.ms.length ?? 0) >= NEW_UNTIL_SAMPLES && trips?.hasChanged !== true;
    return state === 'up' && !isSettled;
  };
  const askedAt = ({ region }: Ranked) => regions[region]?.askedAt ?? 0;
  return others
    .filter(isNew)
    .toSorted((a, b) => askedAt(a) - askedAt(b))
    .slice(0, ASK_NEW);
}

/** Whether one of the likely best should be asked again. */
export function isAnyDue(record: ColoRecord, ranked: readonly Ranked[], now: number): boolean {
  return ranked.slice(0, ASK_BEST).some((each) => isDueAt(record, each, now));
}

/** One that sleeps is as well as one that is up: it is asked no more often. */
function isDueAt({ regions }: ColoRecord, { region, isAvoided }: Ranked, now: number): boolean {
  const { askedAt, state, refusedAt, doubtedAt = 0 } = regions[region] ?? {};
  if (askedAt === undefined || (refusedAt !== undefined && refusedAt > askedAt)) return true;
  const isDoubted = askedAt !== undefined && doubtedAt > askedAt;
  const isGood =
    (state === 'up' || state === 'asleep') && refusedAt === undefined && !isAvoided && !isDoubted;
  return hasPassed(isGood ? ASK_EVERY_MS : ASK_AGAIN_MS, askedAt, now);
}
