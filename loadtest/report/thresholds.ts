// k6's verdicts, from the summary that it exports at the end (`--summary-export`, k6 2), and what they are worth: k6
// passes a threshold that it has no samples for, and one that nothing can cross.

import type { Aggregated } from './aggregate.ts';
import { judge, judgeNothing } from './judge-threshold.ts';
import type { Summary, Threshold } from './summary.ts';
import { selectorOf } from './threshold-samples.ts';

interface ExportedMetric {
  /** By expression; true when it was crossed. */
  readonly thresholds?: Readonly<Record<string, boolean>>;
  readonly [stat: string]: unknown;
}

export interface K6Summary {
  readonly metrics: Readonly<Record<string, ExportedMetric>>;
}

/** A threshold as far as k6 knows it. */
export type K6Verdict = Omit<Threshold, 'samples' | 'canFail'>;

/** One that k6 was ended before it could judge: it is judged by the samples. */
export function unjudged({ metric, expression }: Pick<K6Verdict, 'metric' | 'expression'>): K6Verdict {
  return { metric, expression, value: null, passed: null };
}

/**
 * - `held`, `crossed`: judged, and the run counts
 * - `no samples`: nothing was there to judge, so it fails
 * - `not judged`: k6 was ended before it could, and its expression is none that is judged here; so it fails
 * - `cannot fail`: says nothing, and does not count
 */
export type Standing = 'held' | 'crossed' | 'no samples' | 'not judged' | 'cannot fail';

/** Whether a run with such a threshold is not green. */
export function isBad(standing: Standing): boolean {
  return standing !== 'held' && standing !== 'cannot fail';
}

export function thresholdsOf({ metrics }: K6Summary): readonly K6Verdict[] {
  return Object.entries(metrics)
    .flatMap(([metric, exported]) =>
      Object.entries(exported.thresholds ?? {}).map(([expression, crossed]) => ({
        metric,
        expression,
        value: comparedValue(expression, exported),
        passed: !crossed,
      })),
    )
    .toSorted((a, b) => a.metric.localeCompare(b.metric, 'en', { numeric: true }));
}

/** `p(95)<50` needs the field `p(95)`; a rate's share is exported as `value`. */
function comparedValue(expression: string, exported: ExportedMetric): number | null {
  const stat = statOf(expression);
  const value = stat === 'rate' && 'passes' in exported ? exported.value : exported[stat];
  return typeof value === 'number' ? value : null;
}

function statOf(expression: string): string {
  return /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(expression)?.[1] ?? '';
}

/** With what the samples say of it. */
export function withSamples(
  verdict: K6Verdict,
  { thresholdSamples, metrics, durationMs }: Aggregated,
): Threshold {
  const { metric, expression } = verdict;
  const found = thresholdSamples.of(metric);
  const judged = found === undefined ? judgeNothing(expression) : judge(expression, { ...found, durationMs });
  return {
    ...verdict,
    ...(verdict.passed === null && judged),
    samples: found === undefined ? 'none' : 'some',
    canFail: canFail(expression, selectorOf(metric).metric, metrics),
  };
}

const COMPARISON = /^\s*([a-z]+)(?:\([\d.]+\))?\s*(<=|>=|===?|!=|<|>)\s*(-?[\d.]+)\s*$/;

/** Times that are differences of times, and may be below 0. */
const DIFFERENCES = ['nats_policy_gain'];

/** Counts and times are not below 0, and shares are from 0 to 1. */
function canFail(expression: string, metric: string, metrics: Summary['metrics']): boolean {
  const [, stat, operator, limit] = COMPARISON.exec(expression) ?? [];
  const { type, contains } = metrics[metric] ?? {};
  const isTime = type === 'trend' && contains === 'time' && !DIFFERENCES.includes(metric);
  if (stat !== 'count' && stat !== 'rate' && !isTime) return true;
  const value = Number(limit);
  const isShare = stat === 'rate' && type === 'rate';
  if (operator === '>=') return value > 0;
  if (operator === '>') return value >= 0;
  if (operator === '!=') return value >= 0 && !(isShare && value > 1);
  if (!isShare) return true;
  return operator === '<=' ? value < 1 : operator === '<' ? value <= 1 : true;
}

/** What a threshold says of the run. */
export function standingOf(threshold: Threshold, { metrics }: Pick<Summary, 'metrics'>): Standing {
  const { passed, samples, canFail: isReal, expression } = threshold;
  if (!isReal) return 'cannot fail';
  if (passed === null) return 'not judged';
  // Of no samples k6 says that their average is 0, and that this is too low.
  if (!passed) return samples === 'none' && statOf(expression) !== 'count' ? 'no samples' : 'crossed';
  if (samples === 'some') return 'held';
  return saysNone(expression) && wasOffered(threshold, metrics) ? 'held' : 'no samples';
}

/** `count==0`, `count<=50`: that something did not happen, or not often, of which there are no samples when it did not. */
function saysNone(expression: string): boolean {
  const [, stat, operator = '', limit] = COMPARISON.exec(expression) ?? [];
  const value = Number(limit);
  if (stat === 'rate') return value === 0 && ['==', '===', '<='].includes(operator);
  if (stat !== 'count') return false;
  if (operator === '<') return value > 0;
  return operator === '<=' ? value >= 0 : value === 0 && operator.startsWith('==');
}

/** What shows that something was tried, so that it could have happened. */
const OFFERED = ['nats_due', 'nats_published', 'nats_connect', 'nats_ping', 'nats_journal_acknowledged'];

function wasOffered({ metric, expression }: Threshold, metrics: Summary['metrics']): boolean {
  const base = metrics[selectorOf(metric).metric];
  // Of a rate every attempt is a sample: none of a part of it may mean that none failed, none at all that none was made.
  if (statOf(expression) === 'rate' && base?.type !== 'counter') return base?.all !== undefined;
  return OFFERED.some((name) => {
    const all = metrics[name]?.all;
    return all !== undefined && (metrics[name]?.type !== 'counter' || all.value > 0);
  });
}
