// The thresholds as rows of a table.

import { formatCount, formatValue, unitOf } from './format-value.ts';
import type { Summary, Threshold } from './summary.ts';
import { selectorOf } from './threshold-samples.ts';
import { type Standing, standingOf } from './thresholds.ts';

export interface ThresholdRow {
  readonly metric: string;
  readonly expression: string;
  /** What it was; empty where nothing was judged. */
  readonly value: string;
  readonly standing: Standing;
}

export function thresholdRows(summary: Summary): readonly ThresholdRow[] {
  return summary.thresholds.map((threshold) => {
    const standing = standingOf(threshold, summary);
    return {
      metric: withPolicies(threshold.metric, summary),
      expression: threshold.expression,
      value: standing === 'no samples' || standing === 'not judged' ? '' : valueText(threshold, summary),
      standing,
    };
  });
}

/** k6 judges all samples that a threshold names, those of control policies too; every other figure is Meridian's. */
function withPolicies(name: string, { metrics }: Summary): string {
  const { metric, tags } = selectorOf(name);
  const policies = Object.keys(metrics[metric]?.by.policy ?? {});
  return policies.length > 1 && tags.policy === undefined ? `${name}, all policies` : name;
}

function valueText({ metric, expression, value }: Threshold, { metrics }: Summary): string {
  if (value === null) return '';
  const base = selectorOf(metric).metric;
  const known = metrics[base];
  return known === undefined || expression.startsWith('count')
    ? formatCount(value)
    : formatValue(value, unitOf(base, known));
}
