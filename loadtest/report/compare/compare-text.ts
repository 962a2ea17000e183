// A comparison for the terminal.

import { formatTable } from '../../../regions/table.ts';
import { formatCount, formatMs, formatShare } from '../format-value.ts';
import { nameOf } from '../text-report.ts';
import { type Comparison, type Difference, LEVEL, type Verdict } from './compare.ts';

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
    ...(untold.length === 0 ? [] : ['', ...untoldTexts(untold)]),
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

/** What cannot be compared, and what is said of it before its names. */
const UNTOLD: readonly (readonly [Verdict, (count: string) => string])[] = [
  ['too little data', (count) => `too little data for ${count}`],
  ['only before', (count) => `only the first run has ${count}`],
  ['only after', (count) => `only the second run has ${count}`],
];

/** What could be compared, and what could not. */
export function divided({ differences }: Comparison): {
  readonly told: readonly Difference[];
  readonly untold: readonly Difference[];
} {
  const isTold = ({ verdict }: Difference) => !UNTOLD.some(([each]) => each === verdict);
  return { told: differences.filter(isTold), untold: differences.filter((each) => !isTold(each)) };
}

/** A line for each reason: `too little data for 14 figures: connect p50 and p95 in all, oc; ...` */
export function untoldTexts(differences: readonly Difference[]): readonly string[] {
  return UNTOLD.flatMap(([verdict, textOf]) => {
    const found = differences.filter((each) => each.verdict === verdict);
    const count = `${found.length} ${found.length === 1 ? 'figure' : 'figures'}`;
    return found.length === 0 ? [] : [`${textOf(count)}: ${namesOf(found)}`];
  });
}

function namesOf(differences: readonly Difference[]): string {
  const byMetric = Map.groupBy(differences, ({ metric }) => metric);
  const parts = [...byMetric].map(([metric, each]) => {
    const figures = [...new Set(each.map(({ figure }) => figure))].join(' and ');
    return `${nameOf(metric)} ${figures} in ${[...new Set(each.map(({ series }) => series))].join(', ')}`;
  });
  return parts.join('; ');
}

/** Whether it is beyond chance; one that is and is small does not count. */
export function verdictText({ verdict, p }: Difference): string {
  if (verdict === 'worse' || verdict === 'better') return `${verdict}, beyond chance`;
  if (verdict !== 'same') return verdict;
  return p !== null && p < LEVEL ? 'beyond chance, but small' : 'within chance';
}

export function valuesText({ figure, before, after }: Difference): readonly [string, string] {
  if (before === null || after === null) return ['', ''];
  const format = figure === 'share' ? formatShare : figure === 'per second' ? formatCount : formatMs;
  return [format(before), format(after)];
}

export function changeText({ figure, before, after, change }: Difference): string {
  if (before === null || after === null) return '';
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
