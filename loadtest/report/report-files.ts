// The files of a report in its folder: summary.json, report.html, the charts as SVG, what CI reads; and reading a summary
// back.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { SUMMARY_FORMAT, type Summary } from './summary.ts';
import { problemOf } from './summary-schema.ts';

export const SUMMARY_FILE = 'summary.json';
export const PAGE_FILE = 'report.html';
export const JUNIT_FILE = 'junit.xml';
export const MARKDOWN_FILE = 'summary.md';

/** A folder or file is not one of our summaries; the message names it. */
export class SummaryError extends Error {
  override readonly name = 'SummaryError';
}

/** @returns the path of the page */
export async function writeReport(folder: string, summary: Summary): Promise<string> {
  await mkdir(folder, { recursive: true });
  // Loaded here: what draws takes longer to load than all else of the command, which mostly reads its arguments.
  const [{ drawCharts }, { htmlReport }] = await Promise.all([
    import('./charts.ts'),
    import('./html-report.ts'),
  ]);
  const charts = drawCharts(summary);
  const files = {
    [SUMMARY_FILE]: `${JSON.stringify(summary, undefined, 1)}\n`,
    [JUNIT_FILE]: junitReport(summary),
    [MARKDOWN_FILE]: markdownReport(summary),
    ...Object.fromEntries(charts.map(({ name, svg }) => [`${name}.svg`, svg])),
    [PAGE_FILE]: htmlReport(summary, charts),
  };
  await writeAll(folder, files);
  return join(folder, PAGE_FILE);
}

/**
 * All of them or none: on a full disk half a report would still say green. They get their names when all are written, so
 * that whoever ends this in the middle leaves none either.
 */
async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const begun: string[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, `.${name}.part`);
      begun.push(path);
      await writeFile(path, text);
    }
    for (const name of Object.keys(files)) {
      await rename(join(folder, `.${name}.part`), join(folder, name));
      begun.push(join(folder, name));
    }
  } catch (error) {
    // What stands in the way is not ours.
    for (const path of begun) await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

/** Whether a report is there. */
export async function holdsReport(folder: string): Promise<boolean> {
  const found = await readdir(folder).catch(() => []);
  return found.some((file) => file === SUMMARY_FILE || file === PAGE_FILE);
}

/** @param path a report's folder, or the summary itself */
export async function readSummary(path: string): Promise<Summary> {
  const file = path.endsWith('.json') ? path : join(path, SUMMARY_FILE);
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new SummaryError(`cannot read ${file}: ${cause.message}. Name the folder of a report.`, { cause });
  });
  const parsed = parse(text, file);
  if (parsed.format !== SUMMARY_FORMAT)
    throw new SummaryError(
      `${file} is of format ${JSON.stringify(parsed.format) ?? 'unknown'}, and this version reads ${SUMMARY_FORMAT}. Make the report again.`,
    );
  const problem = problemOf(parsed);
  if (problem !== undefined)
    throw new SummaryError(
      `${file} is not whole: ${problem}. Take the folder as the run left it, or make the report again.`,
    );
  return parsed as Summary;
}

function parse(text: string, file: string): Partial<Summary> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch (cause) {
    throw new SummaryError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new SummaryError(`${file} is not the summary of a run`);
}
