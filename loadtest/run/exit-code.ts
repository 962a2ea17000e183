// The exit code of a run: 0 only if all of it was measured, and every threshold held.

import type { Summary } from '../report/summary.ts';
import { isGreen } from '../report/verdict.ts';
import { EXIT } from './loadtest-error.ts';

export function exitCodeOfRun(summary: Summary): number {
  const { ending, k6ExitCode } = summary;
  if (ending.kind === 'interrupted') return EXIT.interrupted;
  // Its code is then that of the signal which ended it.
  if (ending.kind === 'cut-off') return EXIT.thresholdsCrossed;
  if (k6ExitCode !== EXIT.ok) return k6ExitCode;
  return isGreen(summary) ? EXIT.ok : EXIT.thresholdsCrossed;
}
