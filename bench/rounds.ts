// Rounds in which the contestants take turns: what the machine does meanwhile then hits all of them, and who goes
// first changes from round to round.

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

/** The same items, starting `by` places further on. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
