// How a run is stored: as JSON in `.meridian/bench/`, and in the results section of docs/performance.md.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../local/machine.ts';
import type { BenchResult } from './result.ts';

export interface BenchRun {
  /** ISO 8601. */
  readonly time: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly BenchResult[];
}

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
export const PERFORMANCE_DOC = join(PROJECT, 'docs/performance.md');

const BEGIN = '<!-- results: written by npm run bench -- --write -->';
const END = '<!-- end of results -->';

export function defaultRunFile(time: string): string {
  return join(PROJECT, '.meridian/bench', `${time.replaceAll(':', '-')}.json`);
}

export async function keepRun(file: string, run: BenchRun): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`);
}

/** Replaces the report in docs/performance.md. */
export async function writeResults(report: string): Promise<void> {
  await writeFile(PERFORMANCE_DOC, replaceResults(await readFile(PERFORMANCE_DOC, 'utf8'), report));
}

/**
 * The sections of the report take the place of those of the same benchmarks; the others stay, and new ones come last.
 *
 * @throws Error when the document has no place for results
 */
export function replaceResults(document: string, report: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(
      `docs/performance.md has no place for results: put the lines "${BEGIN}" and "${END}" into it`,
    );
  const sections = new Map(
    [document.slice(begin + BEGIN.length, end), report]
      .flatMap(sectionsOf)
      .map((text) => [nameOf(text), text]),
  );
  const results = [...sections.values()].join('\n\n');
  return `${document.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${document.slice(end)}`;
}

/** Each begins with `### name: title`. */
function sectionsOf(text: string): readonly string[] {
  return text
    .split(/^(?=### )/m)
    .map((section) => section.trim())
    .filter((section) => section.startsWith('### '));
}

function nameOf(section: string): string {
  return section.slice('### '.length, section.indexOf(':'));
}
