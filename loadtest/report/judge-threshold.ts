// Judges a threshold by the samples, where k6 was ended before it could: k6 judges at its end. The same figures as k6 has
// of each type of metric, compared as its expressions do.

import type { MetricSummary } from './summary.ts';
import type { Tally } from './tally.ts';

/** The samples of a metric, or of a part of it. */
export interface Judged {
  readonly type: MetricSummary['type'];
  readonly tally: Tally;
  /** Of the run: what is counted each second needs it. */
  readonly durationMs: number;
}

export interface Judgement {
  /** What was compared; null when it is not known. */
  readonly value: number | null;
  /** Null when the expression is none of the usual ones. */
  readonly passed: boolean | null;
}

const UNKNOWN: Judgement = { value: null, passed: null };

const EXPRESSION = /^\s*([a-z]+)(?:\(\s*([\d.]+)\s*\))?\s*(<=|>=|===?|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '===': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** @param judged its samples, of which there are some */
export function judge(expression: string, judged: Judged): Judgement {
  const [, stat = '', share, operator = '', limit] = EXPRESSION.exec(expression) ?? [];
  const compare = COMPARISONS[operator];
  const value = figureOf(stat, share === undefined ? undefined : Number(share), judged);
  return compare === undefined || value === undefined
    ? UNKNOWN
    : { value, passed: compare(value, Number(limit)) };
}

/** As k6 takes an expression without samples: it holds. What that is worth is told by the samples that it lacks. */
export function judgeNothing(expression: string): Judgement {
  return EXPRESSION.test(expression) ? { value: null, passed: true } : UNKNOWN;
}

function figureOf(
  stat: string,
  share: number | undefined,
  { type, tally, durationMs }: Judged,
): number | undefined {
  const figures = tally.figures();
  if (figures === undefined) return undefined;
  if (stat === 'p') return type === 'trend' && share !== undefined ? tally.quantile(share / 100) : undefined;
  if (share !== undefined) return undefined;
  const { count, value, mean, min, max, p50 } = figures;
  const known: Readonly<Record<MetricSummary['type'], Readonly<Record<string, number>>>> = {
    trend: { avg: mean, med: p50, min, max, count },
    counter: { count: value, rate: (value * 1000) / Math.max(1, durationMs) },
    rate: { rate: value },
    gauge: { value },
  };
  return known[type][stat];
}
