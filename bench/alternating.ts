// Measures something with each contestant in turn, round after round, while the others are up and idle.

import type { Context } from './context.ts';
import { type Measure, type MeasureOptions, Samples } from './result.ts';
import { inRounds } from './rounds.ts';

export type Alternate<T> = (
  options: readonly MeasureOptions[],
  run: (contestant: T) => Promise<readonly number[]>,
) => Promise<readonly Measure[]>;

/** A run gives one value for each of the measures; the first round is a warm-up, if asked for. */
export function alternating<T extends { readonly name: string }>(
  { rounds, signal, progress }: Context,
  contestants: readonly T[],
  warmUps = 1,
): Alternate<T> {
  return async (options, run) => {
    const title = options[0]?.what ?? '';
    progress(title);
    const names = contestants.map(({ name }) => name);
    const samples = options.map((option) => new Samples(option, names));
    await inRounds({ rounds, contestants, warmUps, signal }, async (contestant, round) => {
      const values = await run(contestant).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${title}, ${contestant.name}: ${reason}`, { cause });
      });
      if (round < 0) return;
      for (const [index, value] of values.entries()) samples[index]?.add(contestant.name, value);
    });
    return samples.map(({ measure }) => measure);
  };
}
