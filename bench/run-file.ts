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

/** @throws Error when the document has no place for results */
export function replaceResults(document: string, report: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(
      `docs/performance.md has no place for results: put the lines "${BEGIN}" and "${END}" into it`,
    );
  return `${document.slice(0, begin + BEGIN.length)}\n\n${report}\n\n${document.slice(end)}`;
}
