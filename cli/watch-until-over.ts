// Watches something that an edge does in the background until it is over, with a progress bar.

import { interruptible } from './interrupt.ts';
import { type ProgressOut, progressOn } from './progress.ts';

/** An address may call 60 times a minute. */
const POLL_MS = 2_000;

export interface WatchOptions {
  readonly pollMs?: number;
  readonly out?: ProgressOut;
}

export interface Watched<T> {
  /** As it is when the watching begins. */
  readonly started: T;
  readonly look: () => Promise<T>;
  readonly words: (now: T) => string;
  /** From 0 to 1; undefined if it is unknown. */
  readonly share: (now: T) => number | undefined;
  /** Whether it is over. @throws CommandError if it is, and not well */
  readonly isOver: (now: T) => boolean;
  /** What goes on after Ctrl-C, and what to do about it. */
  readonly goesOn: string;
}

/** @returns it, over. At Ctrl-C it says that it goes on. */
export function watchUntilOver<T>(
  { started, look, words, share, isOver, goesOn }: Watched<T>,
  { pollMs = POLL_MS, out = process.stderr }: WatchOptions = {},
): Promise<T> {
  const progress = progressOn(out);
  const watch = async (): Promise<T> => {
    for (let now = started; ; now = await look()) {
      progress.show(words(now), share(now));
      if (isOver(now)) return now;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  return interruptible(
    () => watch().finally(progress.end),
    () => {
      progress.end();
      out.write(`${goesOn}\n`);
    },
  );
}
