// A comparison for the terminal.

import { formatTable } from '../../../regions/table.ts';
import { formatCount, formatMs, formatShare } from '../format-value.ts';
import { nameOf } from '../text-report.ts';
import { type Comparison, type Difference, LEVEL } from './compare.ts';

export function comparisonText(comparison: Comparison): string {
  const { warnings, script, profile } = comparison;
  const { told, untold } = divided(comparison);
  return [
    `${script}, profile ${profile}:`,
    ...conclusionsOf(comparison).map((conclusion) => `  ${conclusion}`),
    ...warnings.map((warning) => `note: ${warning}`),
    ...(told.length === 0
      ? []
      : ['', formatTable([['', 'in', 'before', 'after', 'change', 'p', ''], ...told.map(rowOf)])]),
    ...(untold.length === 0 ? [] : ['', tooLittleText(untold)]),
  ].join('\n');
}

/** One sentence for each difference, what needs no test first; or one that there is none. */
export function conclusionsOf({ outright, differences }: Comparison): readonly string[] {
  const found = differences.filter(({ verdict }) => verdict === 'worse' || verdict === 'better');
  const sentences = [...outright.map(({ text }) => text), ...found.map(sentenceOf)];
  if (sentences.length > 0) return sentences;
  const tested = differences.some(({ verdict }) => verdict === 'same');
  return [
    tested ? 'no significant difference: what differs may be chance' : 'too little data to tell a difference',
  ];
}

function sentenceOf(difference: Difference): string {
  const { metric, figure, series, verdict } = difference;
  const where = series === 'all' ? 'over all' : `in ${series}`;
  return `${nameOf(metric)} ${figure} ${where} is ${verdict} (${changeText(difference)}, ${chanceText(difference)})`;
}

function chanceText({ p }: Difference): string {
  return p === null ? '' : `beyond chance, p ${p < 0.001 ? pText(p) : `= ${pText(p)}`}`;
}

function rowOf(difference: Difference): readonly string[] {
  const { metric, figure, series, p } = difference;
  const [before, after] = valuesText(difference);
  return [
    `${nameOf(metric)} ${figure}`,
    series,
    before,
    after,
    changeText(difference),
    pText(p),
    verdictText(difference),
  ];
}

/** What could be compared, and what has too little data. */
export function divided({ differences }: Comparison): {
  readonly told: readonly Difference[];
  readonly untold: readonly Difference[];
} {
  const isTold = ({ verdict }: Difference) => verdict !== 'too little data';
  return { told: differences.filter(isTold), untold: differences.filter((each) => !isTold(each)) };
}

/** One line: `too little data for 14 figures: connect p50 and p95 in all, oc; ...` */
export function tooLittleText(differences: readonly Difference[]): string {
  const byMetric = Map.groupBy(differences, ({ metric }) => metric);
  const parts = [...byMetric].map(([metric, each]) => {
    const figures = [...new Set(each.map(({ figure }) => figure))].join(' and ');
    return `${nameOf(metric)} ${figures} in ${[...new Set(each.map(({ series }) => series))].join(', ')}`;
  });
  const count = differences.length;
  return `too little data for ${count} ${count === 1 ? 'figure' : 'figures'}: ${parts.join('; ')}`;
}

/** Whether it is beyond chance; one that is and is small does not count. */
export function verdictText({ verdict, p }: Difference): string {
  if (verdict === 'worse' || verdict === 'better') return `${verdict}, beyond chance`;
  if (verdict === 'too little data') return verdict;
  return p !== null && p < LEVEL ? 'beyond chance, but small' : 'within chance';
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
