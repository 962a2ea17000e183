// Asks the regions' objects what they measure. A region that sleeps is asked once a minute, so that its object can rest,
// unless a client came to it meanwhile; one that does not answer in time is a gap.

import { withTimeout } from '../../waiting/with-timeout.ts';
import { messageOf } from '../message-of.ts';
import type { MetricsWanted, RegionMetrics } from '../region/server-figures.ts';
import { isRecent } from './is-recent.ts';
import type { RegionSnapshot } from './snapshot.ts';

/**
 * A region's object that does not answer for this long is a gap. It waits for its server for up to four seconds, and those
 * who scrape every five seconds must not wait for longer than that.
 */
export const ANSWER_WITHIN_MS = 4_500;

/** As often as the cron trigger calls each region's object anyway. */
export const ASLEEP_EVERY_MS = 60_000;

/** A region to ask. */
export interface Asked extends Pick<RegionSnapshot, 'region' | 'jetstream' | 'drained'> {
  readonly ask: (wanted: MetricsWanted) => Promise<RegionMetrics>;
}

export class Survey {
  /** Of the regions that were asleep when they were last asked: what others say may be megabytes. */
  #asleep: ReadonlyMap<string, RegionSnapshot> = new Map();
  /** When a client was last known to have come to a region, ms since the epoch. */
  readonly #takenAt = new Map<string, number>();

  /** The region has taken a client: that it slept, as it may have said until now, is not true any more. */
  taken(region: string, now: number): void {
    this.#takenAt.set(region, now);
  }

  /** Asks all of them at once. Never rejects. */
  async take(
    regions: readonly Asked[],
    wanted: MetricsWanted,
    now: () => number,
  ): Promise<readonly RegionSnapshot[]> {
    const answers = await Promise.all(
      regions.map((each) => {
        const { ask: _ask, ...region } = each;
        const last = this.#asleep.get(each.region);
        const takenAt = this.#takenAt.get(each.region) ?? Number.NEGATIVE_INFINITY;
        return last !== undefined && last.askedAt > takenAt && isRecent(last.askedAt, now(), ASLEEP_EVERY_MS)
          ? { ...last, ...region }
          : answerOf(each, wanted, now());
      }),
    );
    this.#asleep = new Map(answers.filter(isAsleep).map((answer) => [answer.region, answer]));
    return answers;
  }
}

function isAsleep({ metrics }: RegionSnapshot): boolean {
  return metrics?.status.state === 'asleep';
}

async function answerOf(
  { ask, ...region }: Asked,
  wanted: MetricsWanted,
  askedAt: number,
): Promise<RegionSnapshot> {
  try {
    const late = `its object did not answer within ${ANSWER_WITHIN_MS} ms`;
    const metrics = await withTimeout(ask(wanted), ANSWER_WITHIN_MS, late);
    return { ...region, askedAt, metrics };
  } catch (error) {
    console.warn(`metrics of ${region.region}: ${messageOf(error)}`);
    return { ...region, askedAt };
  }
}
