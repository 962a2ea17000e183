// What charts over time share: the axis, lines that break where nothing was measured.

import type { Series } from './chart-legend.ts';
import { valueAxis } from './chart-style.ts';
import { MUTED } from './colours.ts';
import type { Slice, Summary } from './summary.ts';

/** Distances between labels, of which the shortest is taken that gives few enough. */
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MAX_LABELS = 9;

/** A pause this short is the time between two samples. */
const PAUSE_MS = 1_500;

/** What is measured seldom may be absent for so many times its usual distance, but for no more than some slices. */
const USUAL_DISTANCES = 2;
const MOST_SLICES = 4;

/** A gauge keeps its value until the next look at it. */
const GAUGE_SLICES = 3;

/** Pixels. */
const POINT_SIZE = 6;

/** Time since the beginning. */
export function timeAxis(endMs: number): object {
  const step = STEPS_SECONDS.find((seconds) => endMs / 1000 / seconds <= MAX_LABELS) ?? 86_400;
  return {
    ...valueAxis(elapsed),
    min: 0,
    max: Math.max(endMs, 1),
    interval: step * 1000,
    axisLabel: { color: MUTED, formatter: elapsed, showMaxLabel: endMs % (step * 1000) === 0 },
    splitLine: { show: false },
  };
}

function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How slices become points: `counter` is 0 where nothing was counted, `gauge` lasts until the next look. */
export type Kind = 'time' | 'counter' | 'gauge';

export interface TimeLine {
  readonly name: string;
  readonly slices: readonly (Slice | null)[];
  readonly sliceMs: number;
  readonly kind: Kind;
  readonly read: (slice: Slice) => number;
  readonly colour: string;
  readonly style?: 'solid' | 'dashed' | 'dotted';
}

/** A series of ECharts. A point with nothing beside it is drawn as a point. */
export function timeLine({ name, slices, sliceMs, kind, read, colour, style = 'solid' }: TimeLine): Series {
  const data = pointsOf(slices, { sliceMs, kind, read });
  const isAlone = data.map(
    ([, value], index) => value !== null && isBreak(data[index - 1]) && isBreak(data[index + 1]),
  );
  return {
    type: 'line',
    name,
    data,
    color: colour,
    showSymbol: true,
    symbol: 'circle',
    symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) =>
      isAlone[dataIndex] ? POINT_SIZE : 0,
    connectNulls: false,
    lineStyle: { width: style === 'solid' ? 2 : 1.5, type: style, color: colour },
    itemStyle: { color: colour },
  };
}

type Point = readonly [atMs: number, value: number | null];

function isBreak(point: Point | undefined): boolean {
  return point === undefined || point[1] === null;
}

/** In the middle of each slice; a break is a point without a value. */
export function pointsOf(
  slices: readonly (Slice | null)[],
  { sliceMs, kind, read }: Pick<TimeLine, 'sliceMs' | 'kind' | 'read'>,
): readonly Point[] {
  const at = (index: number) => (index + 0.5) * sliceMs;
  if (kind === 'counter') return slices.map((slice, index) => [at(index), slice === null ? 0 : read(slice)]);
  const present = slices.flatMap((slice, index) => (slice === null ? [] : [{ slice, index }]));
  const distances = present.slice(1).map(({ index }, before) => index - (present[before]?.index ?? index));
  const limit = kind === 'gauge' ? GAUGE_SLICES * sliceMs : pauseLimit(distances, sliceMs);
  return present.flatMap(({ slice, index }, position): readonly Point[] => {
    const before = present[position - 1]?.index ?? index;
    const hasBreak = (index - before) * sliceMs > limit;
    const point: Point = [at(index), read(slice)];
    return hasBreak ? [[at(before) + sliceMs, null], point] : [point];
  });
}

function pauseLimit(distances: readonly number[], sliceMs: number): number {
  const usual = distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 1;
  const slices = usual === 1 ? 1 : Math.min(MOST_SLICES, usual * USUAL_DISTANCES);
  return Math.max(PAUSE_MS, slices * sliceMs);
}

/** Where the axis of a run ends: a time that was planned and not measured belongs to it. */
export function endOf({ durationMs, unmeasured, timeSeries }: Summary): number {
  const sliced = timeSeries.slices * timeSeries.sliceMs;
  return Math.max(Math.min(sliced, durationMs), ...unmeasured.map(({ toMs }) => toMs));
}
