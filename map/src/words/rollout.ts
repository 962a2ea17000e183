// Where a rollout is, in words. Pure.

import type { Rollout } from '../../../api/rollouts.ts';
import { durationText } from './numbers.ts';

export interface RolloutWords {
  /** less-oc: step 2 of 3, half */
  readonly title: string;
  /** What it waits for, or why it has stopped. */
  readonly text: string;
  readonly tone: 'good' | 'busy' | 'bad';
}

/** @param now by the clock of Meridian, ms since the epoch */
export function rolloutWords(rollout: Rollout, now: number): RolloutWords {
  const { name, state, why, step, steps, verdicts, stepEndsAt, startAt } = rollout;
  const note = steps[step]?.note;
  const place = step < 0 ? `${steps.length} steps` : `step ${step + 1} of ${steps.length}`;
  const title = `${name}: ${place}${note === undefined ? '' : `, ${note}`}`;
  const failing = verdicts.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
  switch (state) {
    case 'scheduled':
      return {
        title,
        text: `It starts in ${durationText(Math.max(0, (startAt ?? now) - now))}.`,
        tone: 'good',
      };
    case 'paused':
      return { title, text: `Paused: ${why ?? 'by hand'}.`, tone: 'busy' };
    case 'aborted':
      return { title, text: `It has gone back: ${why ?? 'by hand'}.`, tone: 'bad' };
    case 'done':
      return { title, text: 'All steps are made.', tone: 'good' };
    case 'running': {
      if (why !== null) return { title, text: `${why}.`, tone: 'bad' };
      const [worst] = failing;
      if (worst !== undefined) return { title, text: `${worst.check}: ${worst.words}.`, tone: 'bad' };
      const waits = verdicts.find(({ outcome }) => outcome === 'waiting');
      const left = stepEndsAt === null ? 0 : stepEndsAt - now;
      if (left > 0)
        return { title, text: `All is well. The next step is in ${durationText(left)}.`, tone: 'good' };
      return waits === undefined
        ? { title, text: 'All is well.', tone: 'good' }
        : { title, text: `It waits for ${waits.check}: ${waits.words}.`, tone: 'busy' };
    }
  }
}

/** Whether it is worth a line: one that is over for a while is not. */
export function isShown({ state, endedAt }: Pick<Rollout, 'state' | 'endedAt'>, now: number): boolean {
  const isOver = state === 'done' || state === 'aborted';
  return !isOver || (endedAt !== null && now - endedAt < SHOWN_MS);
}

const SHOWN_MS = 5 * 60_000;
