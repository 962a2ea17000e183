// The exit code of a run: 0 only if all of it was measured, and every threshold held.

import type { Ending } from '../report/ending.ts';
import { EXIT } from './loadtest-error.ts';

export interface Outcome {
  readonly ending: Ending;
  readonly k6ExitCode: number;
  /** Samples that k6 could not write. */
  readonly lostSamples: number;
}

/** Why not all of the run was measured, a clause each; none if it was. */
export function whyNotWhole({ ending, lostSamples }: Outcome): readonly string[] {
  const { kind, interruptedIterations } = ending;
  return [
    ...(kind === 'cut-off' ? ['k6 was still busy long after its time, and was ended'] : []),
    ...(interruptedIterations ? [`${interruptedIterations} iterations were interrupted`] : []),
    ...(lostSamples > 0 ? [`${lostSamples} samples could not be written`] : []),
  ];
}

export function exitCodeOfRun(outcome: Outcome): number {
  const { ending, k6ExitCode } = outcome;
  if (ending.kind === 'interrupted') return EXIT.interrupted;
  // Its code is then that of the signal which ended it.
  if (ending.kind === 'cut-off') return EXIT.thresholdsCrossed;
  if (k6ExitCode !== EXIT.ok) return k6ExitCode;
  return whyNotWhole(outcome).length === 0 ? EXIT.ok : EXIT.thresholdsCrossed;
}
