// One run: a target, k6 against it, and the report of what it measured, even if it was interrupted.

import { relative } from 'node:path';
import { BinaryError } from '../../local/binaries/binary-error.ts';
import type { Binary } from '../../local/binaries/binary-spec.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { writeReport } from '../report/report-files.ts';
import { textReport } from '../report/text-report.ts';
import type { Interrupts } from './interrupts.ts';
import { k6Arguments, k6Environment } from './k6-arguments.ts';
import { K6Process } from './k6-process.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { checkTarget } from './preflight.ts';
import { checkProfile } from './profiles.ts';
import { checkReportFolder, makeReportFolder } from './report-folder.ts';
import { findScript } from './scripts.ts';
import { type MeasuredRun, summarizeRun } from './summarize-run.ts';
import { openTarget } from './target.ts';

export interface RunOptions {
  readonly url?: string;
  readonly profile: string;
  readonly regions?: readonly string[];
  readonly report?: string;
  readonly site?: string;
  readonly wan?: true;
  readonly k6?: string;
  readonly env?: readonly string[];
}

/** Progress for people; on standard error, so that k6 has standard output to itself. */
const progress = (step: string) => console.error(step);

/** @returns the exit code */
export async function run(name: string, options: RunOptions, interrupts: Interrupts): Promise<number> {
  checkOptions(options);
  const script = await findScript(name);
  await checkReportFolder(options.report);
  const k6 = await findK6(options.k6);
  const target = await openTarget(
    {
      url: options.url,
      regions: options.regions,
      wan: options.wan === true,
      signal: interrupts.stop,
      onProgress: progress,
    },
    process.env,
  );
  try {
    const facts = await checkTarget(target.url, process.env);
    interrupts.stop.throwIfAborted();
    const folder = await makeReportFolder(options.report, script.name, new Date());
    const measured = measure({ script, options, k6, target, facts, folder, interrupts });
    return await Promise.race([measured, hurry(interrupts.now)]);
  } finally {
    if (options.url === undefined) progress('stopping the local stack');
    await target.close();
  }
}

/** After the second Ctrl-C no report is written. */
function hurry(now: AbortSignal): Promise<number> {
  return new Promise((resolve) => now.addEventListener('abort', () => resolve(EXIT.interrupted)));
}

interface Measurement extends MeasuredRun {
  readonly options: RunOptions;
  readonly k6: Binary;
  readonly interrupts: Interrupts;
}

async function measure(measurement: Measurement): Promise<number> {
  const { script, target, folder, interrupts } = measurement;
  progress(`running ${script.name} against ${target.url}`);
  const startedAt = new Date();
  const k6ExitCode = await runK6(measurement);
  interrupts.now.throwIfAborted();
  const interrupted = interrupts.stop.aborted;
  const summary = await summarizeRun(measurement, { startedAt, k6ExitCode, interrupted });
  const page = await writeReport(folder, summary);
  console.log(`\n${textReport(summary)}\n\nreport: ${relative(process.cwd(), page)}`);
  return interrupted ? EXIT.interrupted : k6ExitCode;
}

async function runK6({ script, options, k6, target, folder, interrupts }: Measurement): Promise<number> {
  const settings = {
    script: script.path,
    folder,
    url: target.url,
    profile: options.profile,
    site: options.site,
    regions: options.regions,
    wan: options.wan === true,
    isLocal: target.isLocal,
    control: target.control,
    adminToken: target.adminToken,
    extra: options.env ?? [],
  };
  const k6Process = new K6Process({
    path: k6.path,
    args: k6Arguments(settings),
    env: k6Environment(settings, process.env),
  });
  const stop = () => {
    progress('\nstopping k6; the report of what was measured follows (Ctrl-C again ends at once)');
    k6Process.stop();
  };
  const kill = () => k6Process.kill();
  interrupts.stop.addEventListener('abort', stop);
  interrupts.now.addEventListener('abort', kill);
  try {
    return await k6Process.exited;
  } finally {
    interrupts.stop.removeEventListener('abort', stop);
    interrupts.now.removeEventListener('abort', kill);
  }
}

function checkOptions({ profile, url, wan, env }: RunOptions): void {
  checkProfile(profile);
  if (wan && url !== undefined)
    throw new LoadtestError('--wan is for the local stack, and --url names another target: leave one out');
  const bad = env?.find((each) => !/^[A-Za-z_]\w*=/.test(each));
  if (bad !== undefined) throw new LoadtestError(`-e takes KEY=VALUE, and was given "${bad}"`);
}

async function findK6(path: string | undefined): Promise<Binary> {
  return ensureK6({ path, log: progress }).catch((cause) => {
    throw cause instanceof BinaryError ? new LoadtestError(cause.message, EXIT.noProgram, { cause }) : cause;
  });
}
