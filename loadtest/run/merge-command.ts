// `merge FOLDER FOLDER...`: one report of the samples of several runs, overlaid from the start of each.

import { basename, join, relative } from 'node:path';
import { Aggregator } from '../report/aggregate.ts';
import { buildSummary } from '../report/build-summary.ts';
import { readSummary, writeReport } from '../report/report-files.ts';
import type { MergedRun, Summary, Threshold } from '../report/summary.ts';
import { textReport } from '../report/text-report.ts';
import { readCities } from './cities.ts';
import { SAMPLES_FILE } from './k6-arguments.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { checkReportFolder, makeReportFolder } from './report-folder.ts';

/** @returns the exit code */
export async function mergeRuns(folders: readonly string[], report: string | undefined): Promise<number> {
  const summaries = await Promise.all(folders.map(readSummary));
  const [first] = summaries;
  if (first === undefined || summaries.length < 2)
    throw new LoadtestError('merge takes the folders of two reports or more');
  checkSame(first, summaries);
  const runs = summaries.map((summary, index) => ({ summary, folder: folders[index] ?? '' }));
  const aggregator = new Aggregator();
  for (const { summary, folder } of runs) {
    await aggregator.addFile(join(folder, SAMPLES_FILE), siteOf(summary, folder)).catch((cause: Error) => {
      throw new LoadtestError(`cannot read the samples of ${folder}: ${cause.message}`, undefined, { cause });
    });
  }
  const merged = buildSummary(factsOf(first, runs), aggregator.result(), await readCities());
  await checkReportFolder(report);
  const folder = await makeReportFolder(report, `${first.script}-merged`, new Date());
  const page = await writeReport(folder, merged);
  console.log(`${textReport(merged)}\n\nreport: ${relative(process.cwd(), page)}`);
  return EXIT.ok;
}

type Run = { readonly summary: Summary; readonly folder: string };

function siteOf({ site }: Summary, folder: string): string {
  return site ?? basename(folder);
}

function checkSame(first: Summary, summaries: readonly Summary[]): void {
  for (const field of ['script', 'profile'] as const) {
    const other = summaries.find((summary) => summary[field] !== first[field]);
    if (other !== undefined)
      throw new LoadtestError(
        `these are runs of different ${field}s, ${first[field]} and ${other[field]}: merge runs of the same`,
      );
  }
}

function factsOf(first: Summary, runs: readonly Run[]): Parameters<typeof buildSummary>[0] {
  const { script, question, profile, startedAt, url, local, wan, regions, versions, machine } = first;
  return {
    ...{ script, question, profile, startedAt, url, local, wan, regions, versions, machine },
    site: runs.map(({ summary, folder }) => siteOf(summary, folder)).join(', '),
    interrupted: runs.some(({ summary }) => summary.interrupted),
    k6ExitCode: Math.max(...runs.map(({ summary }) => summary.k6ExitCode)),
    thresholds: runs.flatMap(thresholdsOf),
    merged: runs.map(runOf),
    notes: runs.flatMap(({ summary, folder }) =>
      summary.notes.map((note) => `${siteOf(summary, folder)}: ${note}`),
    ),
  };
}

/** k6 has judged each run by itself, and its verdicts stay those of the run. */
function thresholdsOf({ summary, folder }: Run): readonly Threshold[] {
  return summary.thresholds.map((threshold) => ({
    ...threshold,
    metric: `${threshold.metric} from ${siteOf(summary, folder)}`,
  }));
}

function runOf({ summary, folder }: Run): MergedRun {
  const { startedAt, durationMs, url, machine, interrupted } = summary;
  return { site: siteOf(summary, folder), startedAt, durationMs, url, machine, interrupted };
}
