// A comparison for the terminal.

import { formatTable } from '../../../regions/table.ts';
import { formatCount, formatMs, formatShare } from '../format-value.ts';
import { nameOf } from '../text-report.ts';
import type { Comparison, Difference } from './compare.ts';

export function comparisonText(comparison: Comparison): string {
  const { differences, warnings, script, profile } = comparison;
  return [
    `${script}, profile ${profile}:`,
    ...conclusionsOf(comparison).map((conclusion) => `  ${conclusion}`),
    ...warnings.map((warning) => `note: ${warning}`),
    '',
    formatTable([['', 'in', 'before', 'after', 'change', 'p', ''], ...differences.map(rowOf)]),
  ].join('\n');
}

/** One sentence for each difference, or one that there is none. */
export function conclusionsOf({ differences }: Comparison): readonly string[] {
  const found = differences.filter(({ verdict }) => verdict === 'worse' || verdict === 'better');
  if (found.length > 0) return found.map(sentenceOf);
  const tested = differences.some(({ verdict }) => verdict === 'same');
  return [tested ? 'no significant difference' : 'too little data to tell a difference'];
}

function sentenceOf(difference: Difference): string {
  const { metric, figure, series, verdict } = difference;
  const where = series === 'all' ? 'over all' : `in ${series}`;
  return `${nameOf(metric)} ${figure} ${where} is ${verdict} (${changeText(difference)})`;
}

function rowOf(difference: Difference): readonly string[] {
  const { metric, figure, series, p, verdict } = difference;
  const [before, after] = valuesText(difference);
  return [
    `${nameOf(metric)} ${figure}`,
    series,
    before,
    after,
    changeText(difference),
    pText(p),
    verdict === 'same' ? '' : verdict,
  ];
}

export function valuesText({ figure, before, after, pairs }: Difference): readonly [string, string] {
  if (pairs === 0) return ['', ''];
  const format = figure === 'share' ? formatShare : figure === 'per second' ? formatCount : formatMs;
  return [format(before), format(after)];
}

export function changeText({ figure, before, after, change, pairs }: Difference): string {
  if (pairs === 0) return '';
  if (figure === 'share') return `${signed((after - before) * 100)} points`;
  return change === null ? '' : `${signed(change * 100)}%`;
}

export function pText(p: number | null): string {
  if (p === null) return '';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
