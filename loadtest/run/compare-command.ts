// `compare BEFORE AFTER`: compares two reports.

import { writeFile } from 'node:fs/promises';
import { compareSummaries, IncomparableError } from '../report/compare/compare.ts';
import { comparisonText } from '../report/compare/compare-text.ts';
import { readSummary } from '../report/report-files.ts';
import type { Summary } from '../report/summary.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';

export interface CompareOptions {
  readonly json?: true;
  readonly html?: string;
  readonly failOnWorse?: true;
}

/** @returns the exit code */
export async function compareRuns(
  beforePath: string,
  afterPath: string,
  { json, html, failOnWorse }: CompareOptions,
): Promise<number> {
  const [before, after] = await Promise.all([readSummary(beforePath), readSummary(afterPath)]);
  const comparison = compare(before, after);
  console.log(json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison));
  if (html !== undefined) {
    const { comparisonPage } = await import('../report/compare/compare-page.ts');
    await writeFile(html, comparisonPage(comparison, before, after)).catch((cause: Error) => {
      throw new LoadtestError(`cannot write ${html}: ${cause.message}`, undefined, { cause });
    });
    console.error(`wrote ${html}`);
  }
  const found = [...comparison.outright, ...comparison.differences];
  const isWorse = found.some(({ verdict }) => verdict === 'worse');
  return failOnWorse && isWorse ? EXIT.worse : EXIT.ok;
}

function compare(before: Summary, after: Summary): ReturnType<typeof compareSummaries> {
  try {
    return compareSummaries(before, after);
  } catch (cause) {
    if (cause instanceof IncomparableError) throw new LoadtestError(cause.message, undefined, { cause });
    throw cause;
  }
}
