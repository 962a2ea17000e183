// `merge FOLDER FOLDER...`: one report of the samples of several runs. Those that ran at the same time, as the segments
// of one test do, are overlaid by the clock; others from the start of each.

import { basename, join, relative, resolve } from 'node:path';
import { Aggregator } from '../report/aggregate.ts';
import { buildSummary, type RunFacts } from '../report/build-summary.ts';
import { allUnmeasured, worstEnding } from '../report/merge-endings.ts';
import { holdsReport, readSummary, writeReport } from '../report/report-files.ts';
import type { MergedRun, Summary, Threshold } from '../report/summary.ts';
import { textReport } from '../report/text-report.ts';
import { readCities } from './cities.ts';
import { exitCodeOfRun } from './exit-code.ts';
import { SAMPLES_FILE } from './k6-arguments.ts';
import { LoadtestError } from './loadtest-error.ts';
import { checkReportFolder, makeReportFolder } from './report-folder.ts';

/** @returns the exit code */
export async function mergeRuns(folders: readonly string[], report: string | undefined): Promise<number> {
  await checkTarget(report);
  const summaries = await Promise.all(folders.map(readSummary));
  const [first] = summaries;
  if (first === undefined || summaries.length < 2)
    throw new LoadtestError('merge takes the folders of two reports or more');
  checkDifferent(folders);
  checkSame(first, summaries);
  checkCopies(summaries, folders);
  const runs = summaries.map((summary, index) => ({ summary, folder: folders[index] ?? '' }));
  const merged = await summaryOf(first, runs);
  const folder = await makeReportFolder(report, `${first.script}-merged`, new Date());
  const page = await writeReport(folder, merged);
  console.log(`${textReport(merged)}\n\nreport: ${relative(process.cwd(), page)}`);
  return exitCodeOfRun(merged);
}

/** Before anything is read. @throws LoadtestError when the folder holds a report, of a run or a merged one */
async function checkTarget(report: string | undefined): Promise<void> {
  if (report === undefined) return;
  await checkReportFolder(report);
  if (await holdsReport(report))
    throw new LoadtestError(`${resolve(report)} holds a report already. Name another folder, or remove it.`);
}

async function summaryOf(first: Summary, runs: readonly Run[]): Promise<Summary> {
  const aggregator = new Aggregator();
  const origin = commonOrigin(runs);
  for (const { summary, folder } of runs) {
    await aggregator
      .addFile(join(folder, SAMPLES_FILE), siteOf(summary, folder), origin)
      .catch((cause: Error) => {
        throw new LoadtestError(`cannot read the samples of ${folder}: ${cause.message}`, undefined, {
          cause,
        });
      });
  }
  const merged = buildSummary(factsOf(first, runs, origin), aggregator.result(), await readCities());
  const own = runs.map(({ summary: { startedAt, unmeasured } }) => ({
    startsAtMs: origin === undefined ? 0 : Date.parse(startedAt) - origin,
    unmeasured,
  }));
  return { ...merged, unmeasured: allUnmeasured([...own, { startsAtMs: 0, unmeasured: merged.unmeasured }]) };
}

/** When the first of runs began that ran at the same time, milliseconds since 1970; undefined if they did not. */
function commonOrigin(runs: readonly Run[]): number | undefined {
  const spans = runs.map(({ summary: { startedAt, durationMs } }) => {
    const fromMs = Date.parse(startedAt);
    return { fromMs, toMs: fromMs + durationMs };
  });
  const shared = Math.min(...spans.map(({ toMs }) => toMs)) - Math.max(...spans.map(({ fromMs }) => fromMs));
  const shortest = Math.min(...spans.map(({ fromMs, toMs }) => toMs - fromMs));
  return shared > SHARED_SHARE * shortest ? Math.min(...spans.map(({ fromMs }) => fromMs)) : undefined;
}

/** Runs share so much of the shortest one's time, or they are runs one after the other. */
const SHARED_SHARE = 0.5;

type Run = { readonly summary: Summary; readonly folder: string };

function siteOf({ site }: Summary, folder: string): string {
  return site ?? basename(folder);
}

/** The same samples twice would be twice the load. */
function checkDifferent(folders: readonly string[]): void {
  const twice = folders.find((folder, index) =>
    folders.slice(0, index).some((other) => resolve(other) === resolve(folder)),
  );
  if (twice !== undefined) throw new LoadtestError(`${twice} is named twice`);
}

/** Copies of one run under two names: it began and ended in the same milliseconds, with the same samples. */
function checkCopies(summaries: readonly Summary[], folders: readonly string[]): void {
  const marks = summaries.map(({ startedAt, durationMs, metrics }) =>
    JSON.stringify([startedAt, durationMs, metrics]),
  );
  const copy = marks.findIndex((mark, index) => marks.indexOf(mark) !== index);
  if (copy === -1) return;
  const original = marks.indexOf(marks[copy] ?? '');
  throw new LoadtestError(
    `${folders[copy]} holds the same run as ${folders[original]}: it would count twice. Leave one out.`,
  );
}

/** Which of the k6 that shared the run are not among these: what they measured lacks. */
function absentRunners(runs: readonly Run[]): readonly number[] {
  const present = runs.flatMap(({ summary }) => summary.runner ?? []);
  const of = Math.max(0, ...present.map((runner) => runner.of));
  return Array.from({ length: of }, (_, index) => index + 1).filter(
    (number) => !present.some((runner) => runner.number === number),
  );
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

function factsOf(first: Summary, runs: readonly Run[], origin: number | undefined): RunFacts {
  const { script, question, profile, startedAt, url, local, wan, regions, versions, machine } = first;
  return {
    ...{ script, question, profile, startedAt, url, local, wan, regions, versions, machine },
    site: runs.map(({ summary, folder }) => siteOf(summary, folder)).join(', '),
    ending: worstEnding(runs.map(({ summary }) => summary.ending)),
    k6ExitCode: Math.max(...runs.map(({ summary }) => summary.k6ExitCode)),
    thresholds: runs.flatMap(thresholdsOf),
    merged: runs.map(runOf),
    absentRunners: absentRunners(runs),
    notes: [
      origin === undefined
        ? 'the runs were at different times: each begins with its own first sample'
        : 'the runs were at the same time, and are overlaid by the clock',
      ...runs.flatMap(({ summary, folder }) =>
        summary.notes.map((note) => `${siteOf(summary, folder)}: ${note}`),
      ),
    ],
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
  const { startedAt, durationMs, url, machine, ending } = summary;
  return { site: siteOf(summary, folder), startedAt, durationMs, url, machine, ending };
}
