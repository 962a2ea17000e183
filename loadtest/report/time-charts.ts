// Charts over time: what clients experienced, by region; messages and answers beside what was due; clients; memory.

import { colourOfRegion, inRegionOrder } from '../world-map/region-look.ts';
import type { Series } from './chart-legend.ts';
import { type ChartSpec, msText, valueAxis } from './chart-style.ts';
import { fileOf } from './chart-times.ts';
import { MUTED, SERIES_COLOURS } from './colours.ts';
import { editMarks } from './edit-marks.ts';
import { formatBytes, formatCount } from './format-value.ts';
import { shades } from './shades.ts';
import { stackedSteps, stepLine } from './step-lines.ts';
import type { Slice, Summary } from './summary.ts';
import { endOf, type Kind, timeAxis, timeLine } from './time-axis.ts';

const DUE_COLOUR = MUTED;

/** A last slice shorter than this share of the others makes a rate of it that nobody saw. */
const WHOLE_SHARE = 0.5;

/** The medians of each region, or of all where none is known, and the p95 of all. */
export function timesOverTime(summary: Summary, metric: string, title: string): ChartSpec | undefined {
  const series = summary.timeSeries.metrics[metric];
  // An outage is a time, and not the moment in which it ended: those without service are in a chart of their own.
  if (series === undefined || metric === 'nats_outage') return undefined;
  const order = summary.regions.map(({ id }) => id);
  const regions = inRegionOrder(
    Object.keys(series).filter((name) => name !== 'all'),
    order,
  );
  return overTime(summary, {
    name: `${fileOf(metric)}-over-time`,
    title: `${title}, over time`,
    format: msText,
    lines: [
      ...(regions.length === 0 ? ['all'] : regions).map((region) => ({
        name: `${region} p50`,
        slices: series[region],
        kind: 'time' as const,
        read: ({ p50 }: Slice) => p50,
        colour: region === 'all' ? FIRST_COLOUR : colourOfRegion(region, order),
      })),
      {
        name: 'all p95',
        slices: series.all,
        kind: 'time',
        read: ({ p95 }) => p95,
        colour: MUTED,
        style: 'dashed',
      },
    ],
  });
}

const [FIRST_COLOUR = MUTED, SECOND_COLOUR = MUTED, THIRD_COLOUR = MUTED] = SERIES_COLOURS;

/** From when it was due, and from when it was sent: what lies between had to wait for its turn. */
export function dueAndService(summary: Summary, metric: string, title: string): ChartSpec | undefined {
  const { metrics } = summary.timeSeries;
  const due = metrics[metric]?.all;
  const service = metrics[`${metric}_service`]?.all;
  if (due === undefined || service === undefined) return undefined;
  const lines = [
    { from: 'due', slices: due, colour: FIRST_COLOUR },
    { from: 'sent', slices: service, colour: SECOND_COLOUR },
  ].flatMap(({ from, slices, colour }) => [
    { name: `since ${from}, p50`, slices, kind: 'time' as const, read: ({ p50 }: Slice) => p50, colour },
    {
      name: `since ${from}, p95`,
      slices,
      kind: 'time' as const,
      read: ({ p95 }: Slice) => p95,
      colour,
      style: 'dashed' as const,
    },
  ]);
  return overTime(summary, {
    name: `${fileOf(metric)}-due-and-service`,
    title: `${title}, since it was due and since it was sent`,
    format: msText,
    lines,
  });
}

/** What was due, sent and delivered each second. A script that counts no deliveries times them. */
export function messagesOverTime(summary: Summary): ChartSpec | undefined {
  const { metrics } = summary.timeSeries;
  const delivered =
    metrics.nats_delivered === undefined
      ? timed('delivered', metrics.nats_delivery?.all, summary)
      : counted('delivered', metrics.nats_delivered.all);
  return overTime(summary, {
    name: 'messages',
    title: 'Messages each second',
    format: formatCount,
    lines: [
      { ...counted('published', metrics.nats_published?.all), colour: FIRST_COLOUR },
      { ...delivered, colour: THIRD_COLOUR },
      // Dashed over the others: it is seen where they meet it.
      ...due('due', metrics.nats_due?.message),
    ],
  });
}

/** What was asked and answered each second: an acknowledgement of JetStream is an answer too. */
export function answersOverTime(summary: Summary): ChartSpec | undefined {
  const { metrics } = summary.timeSeries;
  const asked = metrics.nats_due;
  return overTime(summary, {
    name: 'answers',
    title: 'Requests and PINGs each second',
    format: formatCount,
    lines: [
      { ...timed('requests answered', metrics.nats_request?.all, summary), colour: FIRST_COLOUR },
      { ...timed('PINGs answered', metrics.nats_ping?.all, summary), colour: THIRD_COLOUR },
      {
        ...counted('acknowledged by JetStream', metrics.nats_journal_acknowledged?.all),
        colour: FIRST_COLOUR,
      },
      ...due('requests due', asked?.request),
      ...due('PINGs due', asked?.ping).map((each) => ({ ...each, style: 'dotted' as const })),
    ],
  });
}

/** As their own books have it, and by the servers' count, who cannot be asked while they are gone. */
export function clientsOverTime(summary: Summary): ChartSpec | undefined {
  const connected = summary.clients?.connected ?? [];
  const counted = summary.timeSeries.metrics.nats_clients?.all;
  return overTime(summary, {
    name: 'clients',
    title: 'Open clients',
    format: formatCount,
    more:
      connected.length === 0
        ? []
        : [
            stepLine(
              { name: 'by their own count', levels: connected, colour: FIRST_COLOUR },
              { endMs: endOf(summary) },
            ),
          ],
    lines: [
      {
        name: "by the servers' count",
        slices: counted,
        kind: 'gauge',
        read: ownValue,
        colour: SECOND_COLOUR,
        style: 'dashed',
      },
    ],
  });
}

/** How many clients of each region had no service: an outage is drawn over its time, also one that did not end. */
export function withoutServiceOverTime(summary: Summary): ChartSpec | undefined {
  const order = summary.regions.map(({ id }) => id);
  const without = summary.clients?.withoutService ?? {};
  return overTime(summary, {
    name: 'without-service',
    title: 'Clients without service, over time',
    format: formatCount,
    lines: [],
    more: stackedSteps(
      inRegionOrder(Object.keys(without), order).map((region) => ({
        name: region === '' ? 'never served' : region,
        levels: without[region] ?? [],
        colour: colourOfRegion(region, order),
      })),
      { endMs: endOf(summary) },
    ),
  });
}

/** Regions' servers have the colours of their regions; what all share comes first. */
export function memoryOverTime(summary: Summary): ChartSpec | undefined {
  const order = summary.regions.map(({ id }) => id);
  const all = summary.timeSeries.metrics.process_memory ?? {};
  const names = Object.keys(all).filter((name) => name !== 'all');
  const servers = inRegionOrder(
    order.filter((id) => names.includes(serverOf(id))),
    order,
  );
  const shared = names.filter((name) => !servers.some((id) => serverOf(id) === name)).toSorted();
  const lineOf = (name: string) => ({ name, slices: all[name], kind: 'gauge' as const, read: ownValue });
  return overTime(summary, {
    name: 'memory',
    title: 'Resident memory',
    format: (bytes) => formatBytes(bytes).replace('.0 ', ' '),
    axis: binaryAxis(
      Math.max(...Object.values(all).flatMap((slices) => slices.map((slice) => slice?.value ?? 0))),
    ),
    lines: [
      ...shared.map((name, index) => ({
        ...lineOf(name),
        colour: MUTED,
        style: SHARED_STYLES[index % SHARED_STYLES.length] ?? 'solid',
      })),
      ...servers.map((id) => ({ ...lineOf(serverOf(id)), colour: colourOfRegion(id, order) })),
    ],
  });
}

/** With labels that are whole numbers of their unit. */
function binaryAxis(most: number): object {
  const interval = 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(1, most) / MOST_INTERVALS)));
  return { interval, max: interval * Math.max(1, Math.ceil(most / interval)) };
}

const MOST_INTERVALS = 6;

const SHARED_STYLES = ['solid', 'dashed', 'dotted'] as const;

/** As nats-server names itself. */
function serverOf(region: string): string {
  return `nats-${region}`;
}

interface Line {
  readonly name: string;
  readonly slices: readonly (Slice | null)[] | undefined;
  readonly kind: Kind;
  readonly read: (slice: Slice) => number;
  readonly colour: string;
  readonly style?: 'solid' | 'dashed' | 'dotted';
}

interface Plan {
  readonly name: string;
  readonly title: string;
  readonly format: (value: number) => string;
  /** What the axis of values has beside that. */
  readonly axis?: object;
  readonly lines: readonly Line[];
  /** What is not in slices of time. */
  readonly more?: readonly Series[];
}

/** undefined where no line has anything. */
function overTime(
  summary: Summary,
  { name, title, format, axis, lines, more = [] }: Plan,
): ChartSpec | undefined {
  const { sliceMs, slices } = summary.timeSeries;
  const endMs = endOf(summary);
  const inSlices = lines.flatMap(({ slices: found, ...each }) =>
    found === undefined || slices < 2
      ? []
      : [
          timeLine({
            ...each,
            sliceMs,
            slices: each.kind === 'counter' ? wholeSlices(found, summary) : found,
          }),
        ],
  );
  const drawn = [...more, ...inSlices];
  if (drawn.length === 0) return undefined;
  return {
    name,
    title,
    colours: SERIES_COLOURS,
    option: {
      xAxis: timeAxis(endMs),
      yAxis: { ...valueAxis(format), ...axis },
      series: [...drawn, ...shades(summary, endMs), ...editMarks(summary)],
    },
  };
}

function wholeSlices(
  found: readonly (Slice | null)[],
  { durationMs, timeSeries: { sliceMs, slices } }: Summary,
): readonly (Slice | null)[] {
  const lastMs = durationMs - (slices - 1) * sliceMs;
  return lastMs < WHOLE_SHARE * sliceMs ? found.slice(0, -1) : found;
}

function ownValue({ value }: Slice): number {
  return value;
}

function counted(name: string, slices: Line['slices']): Omit<Line, 'colour'> {
  return { name, slices, kind: 'counter', read: ownValue };
}

/** How many samples a time has each second. */
function timed(name: string, slices: Line['slices'], { timeSeries }: Summary): Omit<Line, 'colour'> {
  const perSecond = 1000 / timeSeries.sliceMs;
  return { name, slices, kind: 'counter', read: ({ count }) => count * perSecond };
}

function due(name: string, slices: Line['slices']): readonly Line[] {
  return slices === undefined ? [] : [{ ...counted(name, slices), colour: DUE_COLOUR, style: 'dashed' }];
}
