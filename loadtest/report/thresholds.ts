// k6's verdicts, from the summary that it exports at the end (`--summary-export`, k6 2).

import type { Threshold } from './summary.ts';

interface ExportedMetric {
  /** By expression; true when it was crossed. */
  readonly thresholds?: Readonly<Record<string, boolean>>;
  readonly [stat: string]: unknown;
}

export interface K6Summary {
  readonly metrics: Readonly<Record<string, ExportedMetric>>;
}

export function thresholdsOf({ metrics }: K6Summary): readonly Threshold[] {
  return Object.entries(metrics)
    .flatMap(([metric, exported]) =>
      Object.entries(exported.thresholds ?? {}).map(([expression, crossed]) => ({
        metric,
        expression,
        value: comparedValue(expression, exported),
        passed: !crossed,
      })),
    )
    .toSorted((a, b) => a.metric.localeCompare(b.metric));
}

/** `p(95)<50` needs the field `p(95)`; a rate's share is exported as `value`. */
function comparedValue(expression: string, exported: ExportedMetric): number | null {
  const stat = /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(expression)?.[1] ?? '';
  const value = stat === 'rate' && 'passes' in exported ? exported.value : exported[stat];
  return typeof value === 'number' ? value : null;
}
