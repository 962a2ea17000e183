// The outcome of a run, in one line.

import type { Summary } from './summary.ts';

export type Outcome = 'passed' | 'crossed' | 'interrupted' | 'failed' | 'no thresholds';

const CROSSED = 99;

/** k6's code for a test that a signal has stopped. */
const STOPPED = 105;

export function outcomeOf({ interrupted, thresholds, k6ExitCode }: Summary): Outcome {
  if (interrupted) return 'interrupted';
  if (thresholds.some(({ passed }) => !passed)) return 'crossed';
  if (![0, CROSSED, STOPPED].includes(k6ExitCode)) return 'failed';
  return thresholds.length === 0 ? 'no thresholds' : 'passed';
}

export function verdictOf(summary: Summary): string {
  const { thresholds, k6ExitCode } = summary;
  const crossed = thresholds.filter(({ passed }) => !passed).length;
  const counted = `${thresholds.length - crossed} of ${thresholds.length} thresholds held`;
  switch (outcomeOf(summary)) {
    case 'passed':
      return thresholds.length === 1 ? 'the threshold held' : `all ${thresholds.length} thresholds held`;
    case 'crossed':
      return counted;
    case 'interrupted':
      return `interrupted: figures are of what was measured until then${thresholds.length === 0 ? '' : `; ${counted}`}`;
    case 'failed':
      return `k6 failed with exit code ${k6ExitCode}; what it had measured until then is here`;
    case 'no thresholds':
      return 'the script has no thresholds';
  }
}
