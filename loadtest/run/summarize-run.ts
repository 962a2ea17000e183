// Makes the summary of a run from the files that k6 wrote into the folder.

import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadConfig } from '../../local/load-config.ts';
import { readMachine } from '../../local/machine.ts';
import { type Aggregated, Aggregator } from '../report/aggregate.ts';
import { buildSummary } from '../report/build-summary.ts';
import type { Ending } from '../report/ending.ts';
import type { RegionPlace, Summary } from '../report/summary.ts';
import { type K6Summary, type K6Verdict, thresholdsOf, unjudged } from '../report/thresholds.ts';
import { readCities } from './cities.ts';
import { K6_SUMMARY_FILE, SAMPLES_FILE } from './k6-arguments.ts';
import type { TargetFacts } from './preflight.ts';
import type { AskedThreshold, Requirements } from './requirements.ts';
import type { Script } from './scripts.ts';
import type { Runner } from './segments.ts';
import type { Target } from './target.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What was run, and where. */
export interface MeasuredRun {
  readonly script: Script;
  readonly options: {
    readonly profile: string;
    readonly site?: string;
    readonly wan?: true;
    readonly runner?: Runner;
  };
  readonly k6: { readonly version: string };
  readonly target: Target;
  readonly facts: TargetFacts;
  /** What the script asks for. */
  readonly requirements: Pick<Requirements, 'thresholds'>;
  /** The folder with k6's files. */
  readonly folder: string;
}

export interface RunEnd {
  readonly startedAt: Date;
  readonly k6ExitCode: number;
  readonly ending: Ending;
  /** What a reader should know of how it went. */
  readonly notes: readonly string[];
}

export async function summarizeRun(measured: MeasuredRun, end: RunEnd): Promise<Summary> {
  const { script, options, k6, target, folder } = measured;
  const site = options.site ?? null;
  const { aggregated, notes, areAbsent } = await readFigures(folder, site);
  const exported = await readThresholds(folder, measured.requirements.thresholds);
  const facts = {
    script: script.name,
    question: script.question,
    profile: options.profile,
    site,
    startedAt: end.startedAt.toISOString(),
    url: target.url,
    local: target.isLocal,
    wan: options.wan === true,
    regions: await regionPlaces(),
    versions: {
      meridian: await readMeridianVersion(),
      k6: k6.version,
      natsServer: measured.facts.natsServer,
      node: process.versions.node,
    },
    machine: readMachine(),
    ending: endingOf(end.ending, areAbsent),
    k6ExitCode: end.k6ExitCode,
    thresholds: exported.thresholds,
    ...(options.runner !== undefined && { runner: options.runner }),
    merged: [],
    // No samples can judge anything then.
    notes: [...end.notes, ...notes, ...(areAbsent ? [] : exported.notes)],
  };
  return buildSummary(facts, aggregated, await readCities());
}

/** A file that k6 never started, or did not finish, is no reason to lose the rest. */
async function readFigures(
  folder: string,
  site: string | null,
): Promise<{ aggregated: Aggregated; notes: readonly string[]; areAbsent: boolean }> {
  const aggregator = new Aggregator();
  try {
    await aggregator.addFile(join(folder, SAMPLES_FILE), site);
    return { aggregated: aggregator.result(), notes: [], areAbsent: false };
  } catch (error) {
    const areAbsent = isAbsent(error);
    const note = areAbsent
      ? `${SAMPLES_FILE} is not there`
      : `the samples could not be read to their end: ${(error as Error).message}`;
    return { aggregated: aggregator.result(), notes: [note], areAbsent };
  }
}

/** k6 makes the file before its users begin: if these have begun, it was there. */
export function endingOf(ending: Ending, areAbsent: boolean): Ending {
  const hadBegun = ending.interruptedIterations !== null;
  return areAbsent && hadBegun ? { ...ending, samplesVanished: true } : ending;
}

/** Of a k6 that was ended before it could judge, the samples judge. */
export async function readThresholds(
  folder: string,
  asked: readonly AskedThreshold[],
): Promise<{ thresholds: readonly K6Verdict[]; notes: readonly string[] }> {
  try {
    const exported = JSON.parse(await readFile(join(folder, K6_SUMMARY_FILE), 'utf8')) as K6Summary;
    return { thresholds: thresholdsOf(exported), notes: [] };
  } catch (error) {
    const because = isAbsent(error) ? '' : ` (${K6_SUMMARY_FILE}: ${(error as Error).message})`;
    // As of a full disk: half of it is no result.
    await rm(join(folder, K6_SUMMARY_FILE), { force: true });
    const note = `k6 ended before it had judged its thresholds${because}: they are judged by the samples that it had written`;
    return { thresholds: asked.map(unjudged), notes: asked.length === 0 ? [] : [note] };
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The coordinates of the checked-in configuration's regions; those of a deployment may differ. */
async function regionPlaces(): Promise<readonly RegionPlace[]> {
  const { config } = await loadConfig();
  return config.regions.map(({ id, name, latitude, longitude }) => ({ id, name, latitude, longitude }));
}

/** The version in package.json, with the commit where there is one: `0.1.0 (e968bbc)`. */
async function readMeridianVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { version: string };
  const commit = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined, // A copy without .git, or no git.
  );
  return commit === undefined ? version : `${version} (${commit})`;
}
