// A summary for the terminal: the verdict and the answer, what was interrupted, the regions, the thresholds.

import { formatTable } from '../../regions/table.ts';
import { inRegionOrder } from '../world-map/region-look.ts';
import { ackRateText } from './ack-rates.ts';
import { activityText } from './activities.ts';
import { answerOf, hasMeaningfulMemory } from './answer.ts';
import { landedRows, newcomerRows } from './crowd-rows.ts';
import { editRows } from './edit-rows.ts';
import { failureSentences } from './failure-text.ts';
import { formatCount, formatMs, formatShare, formatValue, unitOf } from './format-value.ts';
import { interruptionSentences } from './interruption-text.ts';
import type { Figures, Knee, MetricSummary, Summary, ThroughputStep } from './summary.ts';
import { thresholdRows } from './threshold-text.ts';
import { kneeText } from './throughput-text.ts';
import { verdictOf } from './verdict.ts';

/** Times that have their own columns, in the order in which a client experiences them. */
const TIMES = [
  'nats_connect',
  'nats_ping',
  'nats_request',
  'nats_ack',
  'nats_delivery',
  'nats_outage',
] as const;

/** Told in sentences instead. */
const TOLD = ['nats_gap'];

export function textReport(summary: Summary): string {
  const { script, profile, notes, steps, knees } = summary;
  return [
    `${script}, profile ${profile}. ${leadOf(summary)}`,
    ...interruptionSentences(summary),
    ...failureSentences(summary),
    ...notes.map((note) => `note: ${note}`),
    ...section(regionTable(summary)),
    ...section(
      dimensionTable(summary, 'policy', 'nats_ping') ?? dimensionTable(summary, 'policy', 'nats_connect'),
    ),
    ...[editRows(summary), landedRows(summary), newcomerRows(summary)].flatMap((rows) =>
      section(rows && formatTable(rows)),
    ),
    ...section(activityText(summary)),
    ...section(otherTable(summary)),
    ...section(stepTable(steps, knees)),
    ...section(ackRateText(summary)),
    ...section(thresholdTable(summary)),
  ].join('\n');
}

/** The verdict and the answer in one line: what is not to be relied on says so first. */
export function leadOf(summary: Summary): string {
  const answer = answerOf(summary);
  return answer === undefined ? verdictOf(summary) : `${verdictOf(summary)} ${answer}`;
}

function section(table: string | undefined): readonly string[] {
  return table === undefined ? [] : ['', table];
}

function regionTable({ metrics, regions }: Summary): string | undefined {
  const times = TIMES.filter((name) => metrics[name]?.by.region !== undefined);
  const served = new Set(times.flatMap((name) => Object.keys(metrics[name]?.by.region ?? {})));
  if (served.size === 0) return undefined;
  const rows = inRegionOrder(
    served,
    regions.map(({ id }) => id),
  );
  const figures = (metric: string, region: string | undefined): Figures | undefined =>
    region === undefined ? metrics[metric]?.all : metrics[metric]?.by.region?.[region];
  const row = (title: string, region: string | undefined) => [
    title,
    formatCount(Math.max(...times.map((name) => figures(name, region)?.count ?? 0))),
    ...times.flatMap((name) => p50AndP95(figures(name, region))),
  ];
  return formatTable([
    ['region', 'samples', ...times.flatMap((name) => [`${nameOf(name)} p50`, 'p95'])],
    ...rows.map((region) => row(region, region)),
    row('all', undefined),
  ]);
}

function p50AndP95(figures: Figures | undefined): readonly [string, string] {
  return figures === undefined ? ['', ''] : [formatMs(figures.p50), formatMs(figures.p95)];
}

function dimensionTable({ metrics }: Summary, dimension: 'policy', metric: string): string | undefined {
  const values = Object.entries(metrics[metric]?.by[dimension] ?? {});
  if (values.length < 2) return undefined;
  return formatTable([
    [dimension, 'samples', `${nameOf(metric)} p50`, 'p95', 'p99'],
    ...values.map(([name, { count, p50, p95, p99 }]) => [
      name,
      formatCount(count),
      ...[p50, p95, p99].map(formatMs),
    ]),
  ]);
}

/** All of our metrics that are not times of a region. */
function otherTable(summary: Summary): string | undefined {
  const { metrics } = summary;
  const hidden: readonly string[] = [
    ...TIMES,
    ...TOLD,
    ...(hasMeaningfulMemory(summary) ? [] : ['clients_memory']),
  ];
  const rows = Object.entries(metrics)
    .filter(([name]) => !hidden.includes(name) && /^(nats_|clients_memory|process_memory)/.test(name))
    .flatMap(([name, metric]) => (metric.all ? [[name, valueText(name, metric, metric.all)]] : []));
  if (rows.length === 0) return undefined;
  return formatTable([['metric', 'value'], ...rows]);
}

function valueText(name: string, metric: MetricSummary, all: Figures): string {
  const unit = unitOf(name, metric);
  if (name === 'process_memory') {
    const latest = Object.values(metric.by.process ?? {}).reduce((sum, { value }) => sum + value, 0);
    return `${formatValue(latest, unit)} in all processes at the end`;
  }
  if (metric.type === 'trend') return `p50 ${formatValue(all.p50, unit)}, p95 ${formatValue(all.p95, unit)}`;
  if (metric.type === 'rate') return `${formatShare(all.value)} of ${formatCount(all.count)}`;
  if (metric.type === 'gauge') return `${formatValue(all.max, unit)} at most`;
  return formatValue(all.value, unit);
}

function stepTable(steps: readonly ThroughputStep[], knees: readonly Knee[]): string | undefined {
  if (steps.length === 0) return undefined;
  const time = (value: number | null) => (value === null ? '' : formatMs(value));
  const table = formatTable([
    ['bytes', 'offered/s', 'published/s', 'delivered/s', 'delivery p50', 'p99', ''],
    ...steps.map((step) => [
      formatCount(step.size),
      formatCount(step.rate),
      formatCount(Math.round(step.publishedPerSecond)),
      formatCount(Math.round(step.deliveredPerSecond)),
      time(step.deliveryP50),
      time(step.deliveryP99),
      step.sustained ? '' : 'not sustained',
    ]),
  ]);
  return [table, ...knees.map(kneeText)].join('\n');
}

/** Those that nothing can cross are counted, in the verdict, and not listed. */
function thresholdTable(summary: Summary): string | undefined {
  const counted = thresholdRows(summary).filter(({ standing }) => standing !== 'cannot fail');
  if (counted.length === 0) return undefined;
  return formatTable(
    counted.map(({ standing, metric, expression, value }) => [
      standing === 'held' ? '✓' : '✗',
      metric,
      expression,
      value,
      standing === 'held' || standing === 'crossed' ? '' : standing,
    ]),
  );
}

/** `nats_connect` -> `connect` */
export function nameOf(metric: string): string {
  return metric.replace(/^nats_/, '').replaceAll('_', ' ');
}
