// The files of a report in its folder: summary.json, report.html, the charts as SVG, what CI reads; and reading a summary
// back.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawCharts } from './charts.ts';
import { htmlReport } from './html-report.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { SUMMARY_FORMAT, type Summary } from './summary.ts';

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
  await writeFile(join(folder, SUMMARY_FILE), `${JSON.stringify(summary, undefined, 1)}\n`);
  await writeFile(join(folder, JUNIT_FILE), junitReport(summary));
  await writeFile(join(folder, MARKDOWN_FILE), markdownReport(summary));
  const charts = drawCharts(summary);
  for (const { name, svg } of charts) await writeFile(join(folder, `${name}.svg`), svg);
  const page = join(folder, PAGE_FILE);
  await writeFile(page, htmlReport(summary, charts));
  return page;
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
  if (parsed.format === SUMMARY_FORMAT) return parsed as Summary;
  throw new SummaryError(
    `${file} is of format ${parsed.format ?? 'unknown'}, and this version reads ${SUMMARY_FORMAT}. Make the report again.`,
  );
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
