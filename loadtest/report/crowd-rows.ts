// Tables of clients that lost their region and of new ones, for the page and for the terminal: where they landed and
// after how long, and how long new clients waited meanwhile.

import { formatCount, formatMs } from './format-value.ts';
import type { Figures, Summary } from './summary.ts';

type Rows = readonly [readonly string[], ...string[][]];

const TIMES = ['clients', 'p50', 'p95', 'p99', 'max'];

/** From each region to where its clients were served again. */
export function landedRows({ metrics }: Pick<Summary, 'metrics'>): Rows | undefined {
  // Of this metric the first of a pair is the region before, and the second the one after.
  const pairs = Object.entries(metrics.nats_outage?.by.pair ?? {})
    .map(([pair, times]) => ({ names: pair.split(' < '), times }))
    .toSorted((a, b) => b.times.count - a.times.count);
  if (pairs.length === 0) return undefined;
  return [
    ['from where to where', ...TIMES],
    ...pairs.map(({ names: [from = '', to = ''], times }) => [wayText(from, to), ...cells(times)]),
  ];
}

function wayText(from: string, to: string): string {
  return from === to ? `${from} and back to it` : `${from} to ${to}`;
}

const KINDS: Readonly<Record<string, string>> = {
  before: 'before',
  meanwhile: 'while the others came',
  after: 'after that',
  home: 'from the cities of the lost region',
  dial: 'while a region is dialled to 0',
  drain: 'while a region is drained',
  rollback: 'after the way back',
};

/** From when they were due until they were served, by what went on when they came. */
export function newcomerRows({ metrics }: Pick<Summary, 'metrics'>): Rows | undefined {
  const kinds = metrics.nats_newcomer?.by.kind ?? {};
  const order = [...Object.keys(KINDS), ...Object.keys(kinds)];
  const rows = Object.entries(kinds)
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([kind, times]) => [KINDS[kind] ?? kind, ...cells(times)]);
  return rows.length === 0 ? undefined : [['new clients', ...TIMES], ...rows];
}

function cells({ count, p50, p95, p99, max }: Figures): string[] {
  return [formatCount(count), ...[p50, p95, p99, max].map(formatMs)];
}
