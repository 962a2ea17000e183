// Results for people: a table with a row for each measure and a column for each contestant, and whether the goals were
// met. The same rows as plain text and as Markdown.

import { formatTable } from '../regions/table.ts';
import type { BenchResult, Goal, Measure } from './result.ts';
import type { BenchRun } from './run-file.ts';
import { median, pairedRatio, spreadOf } from './statistics.ts';

export function textReport({ machine, versions, results }: BenchRun): string {
  return [
    [machineLine(machine), versionLine(versions)].join('\n'),
    ...results.map((result) =>
      [
        `${result.title} (${result.name}; medians of ${result.rounds} rounds, least - most, x control)`,
        formatTable(rowsOf(result)),
        ...goalLines(result),
        ...result.notes.map((note) => `- ${note}`),
      ].join('\n'),
    ),
  ].join('\n\n');
}

export function markdownReport({ time, machine, versions, results }: BenchRun): string {
  return [
    `Run of ${time.slice(0, 10)}: ${machineLine(machine)}; ${versionLine(versions)}.`,
    ...results.map((result) =>
      [
        `### ${result.name}: ${result.title.toLowerCase()}`,
        '',
        `Medians of ${result.rounds} rounds (least - most), × control.`,
        '',
        markdownTable(rowsOf(result)),
        '',
        ...goalLines(result).map((line) => `- ${line}`),
        ...result.notes.map((note) => `- ${note}`),
      ].join('\n'),
    ),
  ].join('\n\n');
}

/** Header and rows; tables of one benchmark have the columns of all its contestants. */
export function rowsOf({ measures }: BenchResult): readonly (readonly string[])[] {
  const names = [...new Set(measures.flatMap(({ samples }) => Object.keys(samples)))];
  const rows = measures.map((measure) => [
    measure.what,
    measure.unit,
    ...names.map((name) => cellOf(measure, name)),
  ]);
  return [['', 'unit', ...names], ...rows];
}

function cellOf({ samples, control }: Measure, name: string): string {
  const values = samples[name];
  if (values === undefined || values.length === 0) return '';
  const { median, least, most } = spreadOf(values);
  if (Number.isNaN(median)) return '';
  const figure = `${formatNumber(median)} (${formatNumber(least)} - ${formatNumber(most)})`;
  if (name === control) return `${figure} control`;
  const ratio = pairedRatio(values, samples[control] ?? []);
  return Number.isNaN(ratio) ? figure : `${figure} ×${ratio.toFixed(2)}`;
}

/** Three significant digits; from 1,000 on whole numbers. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

function goalLines({ measures }: BenchResult): readonly string[] {
  return measures.flatMap((measure) => measure.goals.flatMap((goal) => goalLine(measure, goal) ?? []));
}

function goalLine({ what, unit, samples }: Measure, goal: Goal): string | undefined {
  const { of, against, atLeast, atMost = Number.NaN } = goal;
  const values = samples[of] ?? [];
  const figure = against === undefined ? median(values) : pairedRatio(values, samples[against] ?? []);
  if (Number.isNaN(figure)) return undefined;
  const limit = atLeast === undefined ? `at most ${formatNumber(atMost)}` : `at least ${atLeast}`;
  const [wanted, was] =
    against === undefined
      ? [`${limit} ${unit}`, formatNumber(figure)]
      : [`${limit} × ${against}`, figure.toFixed(2)];
  return `${isMet(goal, figure) ? 'met' : 'MISSED'}: ${what}, ${of} ${wanted}: ${was}`;
}

/** @param figure the ratio, or the median if the goal is not relative to another contestant */
export function isMet({ atLeast, atMost }: Goal, figure: number): boolean {
  return figure >= (atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (atMost ?? Number.POSITIVE_INFINITY);
}

function markdownTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const BYTES_PER_GIB = 1024 ** 3;

function machineLine({ cpu, cores, memoryBytes, os }: BenchRun['machine']): string {
  return `${cpu}, ${cores} cores, ${(memoryBytes / BYTES_PER_GIB).toFixed(0)} GiB, ${os}`;
}

function versionLine(versions: BenchRun['versions']): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
