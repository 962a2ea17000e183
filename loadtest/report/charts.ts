// Which charts a summary has: its times by region and over time, policies side by side, throughput against the
// offered rate, memory and clients over time, and the map.

import {
  type Chart,
  type ChartSpec,
  categoryAxis,
  drawChart,
  line,
  MUTED,
  PERCENTILE_COLOURS,
  SERIES_COLOURS,
  timeAxis,
  valueAxis,
} from './chart-style.ts';
import { drawCityMap } from './city-map.ts';
import { formatBytes, formatCount } from './format-value.ts';
import type { Figures, Summary, ThroughputStep } from './summary.ts';

export type { Chart } from './chart-style.ts';

/** The times that a client experiences. */
const TIMES: readonly (readonly [metric: string, title: string])[] = [
  ['nats_ping', 'Ping to pong'],
  ['nats_connect', 'Connecting'],
  ['nats_request', 'Request to reply'],
  ['nats_delivery', 'Publish to delivery'],
  ['nats_outage', 'Without service'],
];

const PERCENTILES = ['p50', 'p95', 'p99'] as const;

export function drawCharts(summary: Summary): readonly Chart[] {
  const map = drawCityMap(summary);
  const specs = [
    ...TIMES.flatMap(([metric, title]) => [
      byRegion(summary, metric, title),
      overTime(summary, metric, title),
    ]),
    byPolicy(summary),
    ...throughput(summary.steps),
    messagesOverTime(summary),
    clientsOverTime(summary),
    memoryOverTime(summary),
  ].filter((spec) => spec !== undefined);
  return [...specs.map(drawChart), ...(map === undefined ? [] : [map])];
}

function byRegion({ metrics, regions }: Summary, metric: string, title: string): ChartSpec | undefined {
  const values = metrics[metric]?.by.region;
  if (values === undefined) return undefined;
  const order = regions.map(({ id }) => id);
  const names = Object.keys(values).toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  return percentileBars(`${fileOf(metric)}-by-region`, `${title}, by region`, names, values);
}

function byPolicy({ metrics }: Summary): ChartSpec | undefined {
  const metric = ['nats_ping', 'nats_connect'].find(
    (name) => Object.keys(metrics[name]?.by.policy ?? {}).length > 1,
  );
  const values = metric === undefined ? undefined : metrics[metric]?.by.policy;
  if (values === undefined) return undefined;
  const names = Object.keys(values).toSorted((a, b) => (values[a]?.p50 ?? 0) - (values[b]?.p50 ?? 0));
  return percentileBars('policies', 'Ways to choose a region, compared', names, values);
}

function percentileBars(
  name: string,
  title: string,
  names: readonly string[],
  values: Readonly<Record<string, Figures>>,
): ChartSpec {
  return {
    name,
    title,
    colours: PERCENTILE_COLOURS,
    option: {
      xAxis: categoryAxis(names),
      yAxis: valueAxis('ms'),
      series: PERCENTILES.map((percentile) => ({
        type: 'bar',
        name: percentile,
        barMaxWidth: 22,
        itemStyle: { borderRadius: [2, 2, 0, 0] },
        data: names.map((each) => values[each]?.[percentile] ?? 0),
      })),
    },
  };
}

function overTime(
  { timeSeries: { metrics, sliceMs, slices } }: Summary,
  metric: string,
  title: string,
): ChartSpec | undefined {
  const series = metrics[metric];
  if (series === undefined || slices < 2) return undefined;
  const regions = Object.keys(series).filter((name) => name !== 'all');
  const all = series.all ?? [];
  return {
    name: `${fileOf(metric)}-over-time`,
    title: `${title}, over time`,
    colours: [...SERIES_COLOURS.slice(0, regions.length), MUTED],
    option: {
      xAxis: timeAxis(slices, sliceMs),
      yAxis: valueAxis('ms'),
      series: [
        ...regions.map((region) =>
          line(
            `${region} p50`,
            (series[region] ?? []).map((slice) => slice?.p50 ?? null),
          ),
        ),
        line(
          'all p95',
          all.map((slice) => slice?.p95 ?? null),
          { lineStyle: { width: 1.5, type: 'dashed' } },
        ),
      ],
    },
  };
}

function throughput(steps: readonly ThroughputStep[]): readonly ChartSpec[] {
  if (steps.length === 0) return [];
  const sizes = [...new Set(steps.map(({ size }) => size))];
  const rates = [...new Set(steps.map(({ rate }) => rate))].toSorted((a, b) => a - b);
  const values = (size: number, read: (step: ThroughputStep) => number | null) =>
    rates.map((rate) => {
      const step = steps.find((each) => each.size === size && each.rate === rate);
      return step === undefined ? null : read(step);
    });
  const xAxis = { ...categoryAxis(rates.map(formatCount)), boundaryGap: false };
  const dots = { showSymbol: true, symbolSize: 6 };
  return [
    {
      name: 'throughput',
      title: 'Messages published each second, against those offered',
      colours: [...SERIES_COLOURS.slice(0, sizes.length), MUTED],
      option: {
        xAxis,
        yAxis: valueAxis('messages/s', formatCount),
        series: [
          ...sizes.map((size) =>
            line(
              `${formatBytes(size)}`,
              values(size, (step) => step.publishedPerSecond),
              dots,
            ),
          ),
          line('offered', rates, { lineStyle: { width: 1.5, type: 'dashed' } }),
        ],
      },
    },
    {
      name: 'throughput-latency',
      title: 'Publish to delivery, p99, against messages offered each second',
      colours: SERIES_COLOURS,
      option: {
        xAxis,
        yAxis: { ...valueAxis('ms'), type: 'log' },
        series: sizes.map((size) =>
          line(
            formatBytes(size),
            values(size, (step) => step.deliveryP99),
            dots,
          ),
        ),
      },
    },
  ];
}

function messagesOverTime(summary: Summary): ChartSpec | undefined {
  const found = (['nats_published', 'nats_delivered'] as const).filter(
    (metric) => summary.timeSeries.metrics[metric] !== undefined,
  );
  return totals(summary, 'messages', 'Messages each second', found);
}

function clientsOverTime(summary: Summary): ChartSpec | undefined {
  if (summary.timeSeries.metrics.nats_clients === undefined) return undefined;
  return totals(summary, 'clients', 'Open clients', ['nats_clients']);
}

function totals(
  { timeSeries: { metrics, sliceMs, slices } }: Summary,
  name: string,
  title: string,
  found: readonly string[],
): ChartSpec | undefined {
  if (found.length === 0 || slices < 2) return undefined;
  return {
    name,
    title,
    colours: SERIES_COLOURS,
    option: {
      xAxis: timeAxis(slices, sliceMs),
      yAxis: valueAxis('', formatCount),
      series: found.map((metric) =>
        line(
          fileOf(metric),
          (metrics[metric]?.all ?? []).map((slice) => slice?.value ?? null),
        ),
      ),
    },
  };
}

function memoryOverTime({ timeSeries: { metrics, sliceMs, slices } }: Summary): ChartSpec | undefined {
  const processes = Object.entries(metrics.process_memory ?? {}).filter(([name]) => name !== 'all');
  if (processes.length === 0 || slices < 2) return undefined;
  return {
    name: 'memory',
    title: 'Resident memory',
    colours: SERIES_COLOURS,
    option: {
      xAxis: timeAxis(slices, sliceMs),
      yAxis: valueAxis('', formatBytes),
      series: processes.map(([name, values]) =>
        line(
          name,
          values.map((slice) => slice?.value ?? null),
        ),
      ),
    },
  };
}

/** `nats_ping` -> `ping` */
function fileOf(metric: string): string {
  return metric.replace(/^nats_/, '');
}
