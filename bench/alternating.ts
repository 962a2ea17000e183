// Measures something with each contestant in turn, round after round, while the others are up and idle: so whatever
// else the machine does affects all of them, and the order changes from round to round.

import type { Context } from './context.ts';
import { type Measure, type MeasureOptions, Samples } from './result.ts';

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

export interface RoundOptions<T> {
  readonly rounds: number;
  readonly contestants: readonly T[];
  /** Rounds before the first that counts: they warm caches and compilers, and their samples are dropped. */
  readonly warmUps?: number;
  readonly signal: AbortSignal;
}

/** Runs each contestant once a round, one at a time. Rounds count from 0; a warm-up has a negative number. */
export async function inRounds<T>(
  { rounds, contestants, warmUps = 0, signal }: RoundOptions<T>,
  run: (contestant: T, round: number) => Promise<void>,
): Promise<void> {
  for (let round = -warmUps; round < rounds; round++) {
    for (const contestant of rotated(contestants, round + warmUps)) {
      signal.throwIfAborted();
      await run(contestant, round);
    }
  }
}

/** The same items, rotated by `by` positions. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
