// Results for people: a table with a row for each measure and a column for each contestant, and whether the goals were
// met. The same rows as plain text and as Markdown.

import { formatTable } from '../regions/table.ts';
import { goalLines } from './goals.ts';
import type { BenchResult, Measure } from './result.ts';
import type { BenchRun } from './run-file.ts';
import { formatNumber, pairedRatio, spreadOf } from './statistics.ts';

export function textReport({ machine, versions, results }: BenchRun): string {
  return [
    [machineLine(machine), versionLine(versions)].join('\n'),
    ...results.map((result) =>
      [
        `${result.title} (${result.name}; medians of ${result.rounds} rounds, least - most, x control)`,
        formatTable(rowsOf(result)),
        ...goalLines(result.measures),
        ...result.notes.map((note) => `- ${note}`),
      ].join('\n'),
    ),
  ].join('\n\n');
}

/** A section for each benchmark, which says by itself of which run it is: others may be of another one. */
export function markdownReport({ time, machine, versions, results }: BenchRun): string {
  return results
    .map((result) =>
      [
        `### ${result.name}: ${result.title.toLowerCase()}`,
        '',
        `Run of ${time.slice(0, 10)}: ${machineLine(machine)}; ${versionLine(versions)}. Medians of ${result.rounds} rounds (least - most), × control.`,
        '',
        markdownTable(rowsOf(result)),
        '',
        ...goalLines(result.measures).map((line) => `- ${line}`),
        ...result.notes.map((note) => `- ${note}`),
      ].join('\n'),
    )
    .join('\n\n');
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
