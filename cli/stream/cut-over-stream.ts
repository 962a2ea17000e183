// Makes a copy of a JetStream stream, one that mirrors or sources another, a stream of its own that takes the subjects, without
// losing a message that was acknowledged:
//
// 1. wait until the copy lacks nothing, while the origin still takes messages;
// 2. take the subjects from the origin: whoever publishes now is not acknowledged, and publishes again;
// 3. wait until the copy has the last message of the origin;
// 4. take mirror and sources out of the copy, and give it the subjects.
//
// Whatever fails before 4 gives the origin its subjects back. They are noted in the origin itself, so that a command that was killed in
// between can be run again.

import type { CutOverPlan } from './cut-over-plan.ts';
import { PerhapsDone } from './cut-over-refused.ts';
import { giveSubjects, isTaken, takeSubjects } from './origin-subjects.ts';
import { promote } from './promotion.ts';
import type { StreamApi } from './stream-api.ts';
import { type Patience, untilWhole } from './whole-copy.ts';

/** The patience is for each of the two waits. */
export interface CutOverOptions extends Patience {
  /** Nobody publishes to the origin any more: it is left as it is. */
  readonly publishersStopped: boolean;
}

export interface CutOverResult {
  /** Last sequence of the copy when it became a stream of its own, as it was before. */
  readonly until: number;
  /**
   * Origins that stored messages which the copy may not have, and the first of those by the origin's sequence; undefined if an origin did
   * not say.
   */
  readonly leftAt: readonly { readonly stream: string; readonly from: number }[] | undefined;
}

/** @throws CutOverRefused; the origin then takes its subjects as before */
export async function cutOver(
  copyApi: StreamApi,
  plan: CutOverPlan,
  options: CutOverOptions,
): Promise<CutOverResult> {
  const stopped = plan.origins.filter(({ info }) => isTaken(info.config));
  try {
    await untilWhole(copyApi, [], options);
    if (!options.publishersStopped) {
      for (const origin of plan.origins) {
        if (!stopped.includes(origin)) stopped.push(origin);
        await takeSubjects(origin);
      }
    }
    const lasts = await Promise.all(plan.origins.map(async ({ api }) => (await api.info()).state.last_seq));
    // A copy that has heard of its origin from now on has all until there.
    const copy = await untilWhole(copyApi, plan.origins, options, Date.now());
    const sources = plan.origins.map(({ source }) => source);
    await promote(copyApi, copy, plan.subjects, sources);
    const seen = lasts.map((last) => (copy.config.mirror === undefined ? last : copy.state.last_seq));
    return { until: copy.state.last_seq, leftAt: await leftAt(plan, seen) };
  } catch (error) {
    if (!(error instanceof PerhapsDone)) await giveSubjects(stopped, error, options.onProgress);
    throw error;
  }
}

/** @param seen sequence of each origin until which the copy has all */
async function leftAt({ origins }: CutOverPlan, seen: readonly number[]): Promise<CutOverResult['leftAt']> {
  const left = origins.map(async ({ api, source }, index) => {
    const from = await api.nextAfter(seen[index] ?? 0, source.filter_subject || '>');
    return from === undefined ? [] : [{ stream: api.name, from }];
  });
  try {
    return (await Promise.all(left)).flat();
  } catch {
    return undefined;
  }
}
