import { expect, test } from 'vitest';
import { madeRun } from '../../test/support/data/made-run.ts';
import type { Written } from '../../test/support/data/sample-file.ts';
import { FINISHED, summaryOfSamples } from '../../test/support/data/summary.ts';
import { drawCharts } from './charts.ts';
import type { Slice, Summary } from './summary.ts';
import { type Kind, pointsOf } from './time-axis.ts';

/** `1` is a slice with that value, `.` one without samples. */
function points(text: string, kind: Kind, sliceMs = 1_000): readonly (number | null)[] {
  const slices = [...text].map((each) => (each === '.' ? null : slice(Number(each))));
  return pointsOf(slices, { sliceMs, kind, read: ({ value }) => value }).map(([, value]) => value);
}

function slice(value: number): Slice {
  return { count: 1, value, p50: value, p95: value };
}

test('a line breaks where nothing was measured', () => {
  expect(points('11..11', 'time')).toEqual([1, 1, null, 1, 1]);
  expect(points('11.11', 'time')).toEqual([1, 1, null, 1, 1]);
});

test('half a second without a sample is no break, a second and a half is', () => {
  expect(points('1111.11', 'time', 500)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(points('1111...11', 'time', 500)).toEqual([1, 1, 1, 1, null, 1, 1]);
});

test('what is measured every other slice is a line, what is measured far less often is points', () => {
  expect(points('1.1.1.1', 'time')).toEqual([1, 1, 1, 1]);
  expect(points('1.........1.........1', 'time')).toEqual([1, null, 1, null, 1]);
});

test('a counter without samples has counted nothing, and a gauge keeps its value for a while', () => {
  expect(points('5..5', 'counter')).toEqual([5, 0, 0, 5]);
  expect(points('5..5....5', 'gauge')).toEqual([5, 5, null, 5]);
});

function chart(summary: Summary, name: string): string {
  const svg = drawCharts(summary).find((each) => each.name === name)?.svg;
  if (svg === undefined) throw new Error(`no chart ${name}`);
  return svg;
}

const PAIRS = [['weur', 'oc']] as const;
const ENDING = { ...FINISHED, plannedMs: 60_000, ranMs: 60_500 };

/** The lines of a colour: each has a path for every part that is whole. */
function linesOf(svg: string, colour: string): number {
  const paths = [...svg.matchAll(/<path d="([^"]*)"[^>]*fill="none"[^>]*stroke="([^"]*)"/g)];
  return paths
    .filter(([, , stroke]) => stroke === colour)
    .reduce((sum, [, d = '']) => sum + d.split('M').length - 1, 0);
}

test('messages that were counted once, at the end, are still in the chart of messages', async () => {
  const samples: readonly Written[] = [
    { metric: 'nats_ping', at: 0, value: 1, tags: { region: 'weur' } },
    { metric: 'nats_ping', at: 9_990, value: 1, tags: { region: 'weur' } },
    { metric: 'nats_published', at: 9_990, value: 800, tags: { region: 'weur' } },
  ];
  const svg = chart(await summaryOfSamples(samples), 'messages');
  expect(svg).toContain('>published<');
  expect(linesOf(svg, '#0b84c6')).toBe(1);
});

test('a single measurement is drawn as a point', async () => {
  const samples: readonly Written[] = [
    { metric: 'nats_connect', at: 5_000, value: 400, tags: { region: 'weur' } },
    { metric: 'nats_ping', at: 0, value: 1 },
    { metric: 'nats_ping', at: 20_000, value: 1 },
  ];
  const svg = chart(await summaryOfSamples(samples.toSorted((a, b) => a.at - b.at)), 'connect-over-time');
  expect(svg).toMatch(/<path d="M1 0A1 1 0[^"]*"[^>]*fill="#009e73"/);
});

test('no line crosses a time in which the edge was gone, and that time is shaded', async () => {
  const gone = { fromMs: 20_000, toMs: 40_000 };
  const whole = await summaryOfSamples(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 50 }), {
    ending: ENDING,
  });
  const cut = await summaryOfSamples(madeRun({ pairs: PAIRS, seconds: 60, everyMs: 50, cuts: [gone] }), {
    ending: ENDING,
  });
  expect(linesOf(chart(whole, 'delivery-over-time'), '#d55e00')).toBe(1);
  expect(linesOf(chart(cut, 'delivery-over-time'), '#d55e00')).toBe(2);
  for (const name of ['delivery-over-time', 'delivery-due-and-service', 'messages']) {
    expect(chart(whole, name)).not.toContain('not measured');
    expect(chart(cut, name)).toContain('>not measured<');
    expect(chart(cut, name)).toContain('>nothing between two regions<');
  }
});

test('what was due is beside what was published and delivered', async () => {
  const svg = chart(await summaryOfSamples(madeRun({ pairs: PAIRS, seconds: 10, everyMs: 50 })), 'messages');
  for (const name of ['due', 'published', 'delivered']) expect(svg).toContain(`>${name}<`);
});

test("the memory of a region's server has the colour of its region", async () => {
  const samples = [0, 1_000, 2_000].flatMap((at) =>
    ['engine', 'workerd', 'nats-weur', 'nats-oc'].map((process) => ({
      metric: 'process_memory',
      at,
      value: 30_000_000,
      tags: { process },
    })),
  );
  const svg = chart(await summaryOfSamples(samples), 'memory');
  for (const [colour, lines] of [
    ['#009e73', 1],
    ['#d55e00', 1],
    ['#5d6b7a', 2],
  ] as const)
    expect(linesOf(svg, colour)).toBe(lines);
});

test('memory is in whole numbers of its unit', async () => {
  const samples = [0, 1_000, 2_000].map((at) => ({
    metric: 'process_memory',
    at,
    value: 380 * 1024 ** 2,
    tags: { process: 'workerd' },
  }));
  const labels = [...chart(await summaryOfSamples(samples), 'memory').matchAll(/>([\d.]+ [KMG]?i?B)</g)].map(
    ([, label]) => label,
  );
  expect(labels).toEqual(['0 B', '64 MiB', '128 MiB', '192 MiB', '256 MiB', '320 MiB', '384 MiB']);
});
