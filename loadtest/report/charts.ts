// Which charts a summary has: its times by region and over time, Meridian beside the control policies, throughput
// against the offered rate, messages, answers, clients and memory over time, and the maps.

import { inRegionOrder } from '../world-map/region-look.ts';
import { MEASURED_POLICY } from './aggregate.ts';
import {
  type Chart,
  type ChartSpec,
  categoryAxis,
  drawChart,
  line,
  msText,
  valueAxis,
} from './chart-style.ts';
import { fileOf, TIMES } from './chart-times.ts';
import { drawCityMap } from './city-map.ts';
import { MUTED, PERCENTILE_COLOURS, SERIES_COLOURS } from './colours.ts';
import { drawFailoverMap } from './failover-map.ts';
import { formatBytes, formatCount } from './format-value.ts';
import type { Figures, Summary, ThroughputStep } from './summary.ts';
import {
  answersOverTime,
  clientsOverTime,
  dueAndService,
  memoryOverTime,
  messagesOverTime,
  timesOverTime,
  withoutServiceOverTime,
} from './time-charts.ts';

export type { Chart } from './chart-style.ts';

const PERCENTILES = ['p50', 'p95', 'p99'] as const;

export function drawCharts(summary: Summary): readonly Chart[] {
  const maps = [drawCityMap(summary), drawFailoverMap(summary)].filter((map) => map !== undefined);
  const specs = [
    ...TIMES.flatMap(([metric, title]) => [
      byRegion(summary, metric, title),
      timesOverTime(summary, metric, title),
      dueAndService(summary, metric, title),
    ]),
    withoutServiceOverTime(summary),
    byPolicy(summary),
    ...throughput(summary.steps),
    messagesOverTime(summary),
    answersOverTime(summary),
    clientsOverTime(summary),
    memoryOverTime(summary),
  ].filter((spec) => spec !== undefined);
  return [...specs.map(drawChart), ...maps];
}

function byRegion({ metrics, regions }: Summary, metric: string, title: string): ChartSpec | undefined {
  const values = metrics[metric]?.by.region;
  if (values === undefined) return undefined;
  const order = regions.map(({ id }) => id);
  const names = inRegionOrder(Object.keys(values), order);
  return percentileBars(`${fileOf(metric)}-by-region`, `${title}, by region`, names, values);
}

function byPolicy({ metrics }: Summary): ChartSpec | undefined {
  const metric = ['nats_ping', 'nats_connect'].find(
    (name) => Object.keys(metrics[name]?.by.policy ?? {}).length > 1,
  );
  const values = metric === undefined ? undefined : metrics[metric]?.by.policy;
  if (values === undefined) return undefined;
  const controls = Object.keys(values).filter((policy) => policy !== MEASURED_POLICY);
  const sorted = controls.toSorted((a, b) => (values[a]?.p50 ?? 0) - (values[b]?.p50 ?? 0));
  const named = Object.fromEntries(
    Object.entries(values).map(([policy, figures]) => [policyName(policy), figures]),
  );
  const names = [MEASURED_POLICY, ...sorted].map(policyName);
  return percentileBars(
    'policies',
    `${POLICY_TITLES[metric ?? '']}, by how the region was chosen`,
    names,
    named,
  );
}

const POLICY_TITLES: Readonly<Record<string, string>> = Object.fromEntries(TIMES);

function policyName(policy: string): string {
  return policy === MEASURED_POLICY ? 'Meridian' : `control: ${policy}`;
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
      yAxis: valueAxis(msText),
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

function throughput(steps: readonly ThroughputStep[]): readonly ChartSpec[] {
  if (steps.length === 0) return [];
  const sizes = [...new Set(steps.map(({ size }) => size))];
  const rates = [...new Set(steps.map(({ rate }) => rate))].toSorted((a, b) => a - b);
  const values = (size: number, read: (step: ThroughputStep) => number | null) =>
    rates.map((rate) => {
      const step = steps.find((each) => each.size === size && each.rate === rate);
      return step === undefined ? null : read(step);
    });
  const xAxis = { ...categoryAxis(rates.map(formatCount)), boundaryGap: rates.length === 1 };
  const dots = { showSymbol: true, symbolSize: 6 };
  return [
    {
      name: 'throughput',
      title: 'Messages published each second, against those offered',
      colours: [...SERIES_COLOURS.slice(0, sizes.length), MUTED],
      option: {
        xAxis,
        yAxis: valueAxis((value) => `${formatCount(value)}/s`),
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
        yAxis: { ...valueAxis(msText), type: 'log' },
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
