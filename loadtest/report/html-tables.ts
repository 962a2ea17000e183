// The page's tables of figures: by region, city, pair of regions, size, step.

import { inRegionOrder } from '../world-map/region-look.ts';
import { formatBytes, formatCount, formatMs } from './format-value.ts';
import { type Html, html, table } from './page.ts';
import type { Figures, Summary } from './summary.ts';
import { nameOf } from './text-report.ts';
import { kneeText } from './throughput-text.ts';

const TIMES = [
  'nats_ping',
  'nats_connect',
  'nats_request',
  'nats_request_service',
  'nats_ack',
  'nats_ack_service',
  'nats_delivery',
  'nats_delivery_service',
  'nats_outage',
];

const COLUMNS = ['samples', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'];

export function regionTables({ metrics, regions }: Summary): readonly Html[] {
  const order = regions.map(({ id }) => id);
  return TIMES.flatMap((metric) => {
    const values = metrics[metric]?.by.region;
    const all = metrics[metric]?.all;
    if (values === undefined || all === undefined) return [];
    return [
      html`<h3>${nameOf(metric)}</h3>${table(['region', ...COLUMNS], [...rowsOf(values, order), ['all', ...cells(all)]])}`,
    ];
  });
}

function rowsOf(
  values: Readonly<Record<string, Figures>>,
  order: readonly string[],
): readonly (readonly string[])[] {
  return inRegionOrder(Object.keys(values), order).flatMap((name) => {
    const figures = values[name];
    return figures === undefined ? [] : [[name, ...cells(figures)]];
  });
}

function cells({ count, mean, p50, p90, p95, p99, max }: Figures): readonly string[] {
  return [formatCount(count), ...[mean, p50, p90, p95, p99, max].map(formatMs)];
}

/** With what the rows and the columns are. */
const PAIRS = [
  ['nats_delivery', 'to, from'],
  ['nats_request', 'to, from'],
  ['nats_ack', "publisher's, stream leader's"],
] as const;

/** Medians; receiving regions in rows, sending ones in columns. */
export function pairTable({ metrics, regions }: Summary): Html | undefined {
  const order = regions.map(({ id }) => id);
  const parts = PAIRS.flatMap(([metric, axes]) => {
    const values = metrics[metric]?.by.pair;
    if (values === undefined) return [];
    const pairs = Object.keys(values).map((pair) => pair.split(' < ') as [string, string]);
    const to = inRegionOrder(new Set(pairs.map(([region]) => region)), order);
    const from = inRegionOrder(new Set(pairs.map(([, peer]) => peer)), order);
    const most = Math.max(...Object.values(values).map(({ p50 }) => p50));
    const cell = (region: string, peer: string) => {
      const figures = values[`${region} < ${peer}`];
      if (figures === undefined) return '';
      const title = `p95 ${formatMs(figures.p95)}, ${formatCount(figures.count)} samples`;
      return html`<span title="${title}" style="background:${heat(figures.p50 / most)};padding:3px 8px;border-radius:4px">${formatMs(figures.p50)}</span>`;
    };
    return [
      html`<h3>${nameOf(metric)}, median</h3>${table(
        [axes, ...from],
        to.map((region) => [region, ...from.map((peer) => cell(region, peer))]),
      )}`,
    ];
  });
  return parts.length === 0 ? undefined : html`${parts}`;
}

/** A transparent colour that is visible on light and on dark. */
function heat(share: number): string {
  return `rgb(226 98 43 / ${(share * 45).toFixed(0)}%)`;
}

export function sizeTable({ metrics }: Summary): Html | undefined {
  const found = ['nats_delivery', 'nats_request', 'nats_ack'].filter(
    (metric) => metrics[metric]?.by.size !== undefined,
  );
  if (found.length === 0) return undefined;
  return html`${found.map((metric) => {
    const rows = Object.entries(metrics[metric]?.by.size ?? {});
    const named = rows.map(([size, figures]) => [formatBytes(Number(size)), ...cells(figures)]);
    return html`<h3>${nameOf(metric)}</h3>${table(['payload', ...COLUMNS], named)}`;
  })}`;
}

export function cityTable({ cities }: Summary): Html | undefined {
  const [first] = cities;
  if (first === undefined) return undefined;
  const rows = cities.toSorted((a, b) => a.p50 - b.p50);
  return table(
    ['city', 'region', 'samples', `${nameOf(first.metric)} p50`, 'p95'],
    rows.map(({ city, region, count, p50, p95 }) => [
      city,
      region ?? '',
      formatCount(count),
      formatMs(p50),
      formatMs(p95),
    ]),
  );
}

export function stepTable({ steps, knees }: Summary): Html | undefined {
  if (steps.length === 0) return undefined;
  const time = (value: number | null) => (value === null ? '' : formatMs(value));
  const rows = steps.map((step) => [
    formatBytes(step.size),
    formatCount(step.rate),
    formatCount(Math.round(step.publishedPerSecond)),
    formatCount(Math.round(step.deliveredPerSecond)),
    `${formatBytes(step.deliveredBytesPerSecond)}/s`,
    time(step.deliveryP50),
    time(step.deliveryP99),
    step.sustained ? html`<span class="good">✓</span>` : html`<span class="bad">✗</span>`,
  ]);
  const head = [
    'payload',
    'offered/s',
    'published/s',
    'delivered/s',
    'delivered',
    'delivery p50',
    'p99',
    'sustained',
  ];
  return html`${knees.map((knee) => html`<p>${kneeText(knee)}</p>`)}${table(head, rows)}`;
}
