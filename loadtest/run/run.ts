// One run: a target, k6 against it, and the report of what it measured, even if it was interrupted or cut off.

import { join, relative } from 'node:path';
import { BinaryError } from '../../local/binaries/binary-error.ts';
import type { Binary } from '../../local/binaries/binary-spec.ts';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { writeReport } from '../report/report-files.ts';
import type { Summary } from '../report/summary.ts';
import { textReport } from '../report/text-report.ts';
import { adminOf, checkAdminToken } from './admin-token.ts';
import { bundleScript } from './bundle-script.ts';
import { judgeCapacity, readCapacity } from './capacity.ts';
import { closeTarget, killStarted } from './close-target.ts';
import { exitCodeOfRun } from './exit-code.ts';
import { judgeGenerator } from './generator-capacity.ts';
import type { Interrupts } from './interrupts.ts';
import { k6Arguments, k6Environment, SAMPLES_FILE, type ScriptRun, scriptArguments } from './k6-arguments.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { checkJwt } from './nats-credentials.ts';
import { checkOutputs } from './outputs.ts';
import { checkPayload } from './payload.ts';
import { checkTarget, type TargetFacts } from './preflight.ts';
import { checkProfile } from './profiles.ts';
import { claimReportFolder } from './report-folder.ts';
import { inspectScript, type Requirements } from './requirements.ts';
import { type K6Ended, lossWords, runK6 } from './run-k6.ts';
import { type LostSamples, SamplesPipe } from './samples-pipe.ts';
import { findScript, type Script } from './scripts.ts';
import { checkShared, type Runner } from './segments.ts';
import { summarizeRun } from './summarize-run.ts';
import { openTarget, type Target } from './target.ts';
import { editText, type TakenBack, TargetEdits, takenBackNotes } from './target-edits.ts';
import { checkVariables } from './variables.ts';

export interface RunOptions {
  readonly url?: string;
  readonly profile: string;
  readonly regions?: readonly string[];
  readonly report?: string;
  readonly site?: string;
  readonly wan?: true;
  readonly k6?: string;
  readonly out?: readonly string[];
  readonly runner?: Runner;
  readonly env?: readonly string[];
}

/** Progress for people; on standard error, so that k6 has standard output to itself. */
const progress = (step: string) => console.error(step);

/** @returns the exit code */
export async function run(name: string, options: RunOptions, interrupts: Interrupts): Promise<number> {
  checkOptions(options);
  const script = await findScript(name);
  await checkVariables(script, options.env ?? []);
  if (options.runner !== undefined && options.runner.of > 1)
    checkShared(script.name, await bundleScript(script.path));
  const folder = await claimReportFolder(options.report, script.name, new Date());
  try {
    const k6 = await findK6(options.k6, interrupts.stop);
    await checkOutputs(k6.path, options.out ?? [], folder.path);
    const requirements = await requirementsOf(script, options, k6);
    return await runOnTarget({ script, options, k6, requirements, folder: folder.path, interrupts });
  } finally {
    await folder.release();
  }
}

/** What is known before there is a target. */
interface Prepared {
  readonly script: Script;
  readonly options: RunOptions;
  readonly k6: Binary;
  readonly requirements: Requirements;
  readonly folder: string;
  readonly interrupts: Interrupts;
}

/** Stands for the control server where there is none yet: k6 reads a script's options without it being called. */
const NO_CONTROL = 'http://127.0.0.1:9';

/** Read from the script, with all that is wrong with its variables, before a stack is started for it. */
async function requirementsOf(script: Script, options: RunOptions, k6: Binary): Promise<Requirements> {
  const isRemote = options.url !== undefined;
  const settings = scriptRun(script, options, {
    url: options.url ?? 'http://127.0.0.1',
    isLocal: !isRemote,
    control: isRemote ? undefined : NO_CONTROL,
  });
  const env = k6Environment({ adminToken: undefined }, process.env);
  const requirements = await inspectScript(k6.path, scriptArguments(settings), env);
  const asked = Number(
    options.env?.findLast((each) => each.startsWith('CLIENTS='))?.slice('CLIENTS='.length),
  );
  const { of } = options.runner ?? { of: 1 };
  const users = Math.ceil(requirements.users / of);
  const clients = Math.max(users, Math.ceil((asked || 0) / of));
  const nowMs = Date.now();
  const { plannedMs } = requirements;
  const notes = [
    ...checkJwt(process.env, { nowMs, endsAtMs: plannedMs === null ? null : nowMs + plannedMs }),
    ...judgeCapacity({ users, clients, withStack: !isRemote }, await readCapacity()),
    ...judgeGenerator(requirements.work, { runners: of }),
  ];
  for (const note of notes) progress(`warning: ${note}`);
  return requirements;
}

async function runOnTarget(prepared: Prepared): Promise<number> {
  const { options, interrupts } = prepared;
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
  let summary: Summary | undefined;
  // A stack of ours is gone with its configuration.
  const edits = new TargetEdits(options.url === undefined ? undefined : adminOf(target));
  try {
    const facts = await checkTarget(target.url, process.env, {
      regions: options.regions,
      token: target.adminToken,
      say: progress,
    });
    checkPayload(options.env ?? [], process.env, facts.maxPayload);
    await checkAdminToken(prepared.script.name, await bundleScript(prepared.script.path), target);
    interrupts.stop.throwIfAborted();
    const measured = measure({ ...prepared, target, facts, edits });
    summary = await Promise.race([measured, hurry(interrupts.now)]);
  } finally {
    // After the second Ctrl-C, or an error, nothing else does it, and no report tells of it.
    const takenBack = await edits.takeBack();
    if (summary === undefined) for (const note of takenBackNotes(takenBack, target.url)) progress(note);
    if (options.url === undefined) progress('stopping the local stack');
    interrupts.now.addEventListener('abort', () => void killStarted());
    await closeTarget(target, progress);
  }
  if (summary === undefined) return EXIT.interrupted;
  if (!interrupts.stop.aborted || summary.ending.kind === 'interrupted') return exitCodeOfRun(summary);
  return reportLateInterrupt(prepared.folder, summary);
}

/** After the second Ctrl-C no report is written. */
function hurry(now: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => now.addEventListener('abort', () => resolve(undefined)));
}

/** Ctrl-C after k6 had ended. @returns the exit code */
async function reportLateInterrupt(folder: string, { ending, notes, ...rest }: Summary): Promise<number> {
  const note = 'it was interrupted when k6 had ended: the figures are of the whole run';
  const summary = { ...rest, ending: { ...ending, kind: 'interrupted' as const }, notes: [...notes, note] };
  progress(`interrupted: ${note}, and the report says so`);
  const written = await write(folder, summary);
  if (written instanceof LoadtestError) throw written;
  return exitCodeOfRun(summary);
}

interface Measurement extends Prepared {
  readonly target: Target;
  readonly facts: TargetFacts;
  /** Which its script makes. */
  readonly edits: TargetEdits;
}

async function measure(measurement: Measurement): Promise<Summary> {
  const { script, options, k6, requirements, target, folder, interrupts, edits } = measurement;
  progress(`running ${script.name} against ${target.url}`);
  const startedAt = new Date();
  const samples = await SamplesPipe.open(join(folder, SAMPLES_FILE), (because) =>
    progress(lossWords(because)),
  );
  const settings = {
    ...scriptRun(script, options, target),
    folder,
    samples: samples.path,
    adminToken: target.adminToken,
    outputs: options.out ?? [],
  };
  const command = {
    path: k6.path,
    args: k6Arguments(settings),
    env: k6Environment(settings, process.env),
  };
  let lost: LostSamples = { count: 0, because: null };
  const ended = await runK6(command, {
    requirements,
    interrupts,
    progress,
    // A stack that hangs holds on to k6's connections.
    disconnect: (k6Pid) => {
      if (options.url === undefined) void killStarted(k6Pid);
    },
    heard: (line) => edits.read(line),
  }).finally(async () => {
    lost = await samples.end();
  });
  const takenBack = await edits.takeBack();
  interrupts.now.throwIfAborted();
  return report(measurement, withLeftEdits(withLost(ended, lost), takenBack), { startedAt, takenBack });
}

function withLost({ said, ending, ...ended }: K6Ended, { count, because }: LostSamples): K6Ended {
  if (because === null) return { said, ending, ...ended };
  const lostSamples = Math.max(1, said.lostSamples + count);
  return {
    ...ended,
    said: { ...said, lostSamples, lostBecause: because },
    ending: { ...ending, lostSamples },
  };
}

function withLeftEdits(ended: K6Ended, { left }: TakenBack): K6Ended {
  if (left.length === 0) return ended;
  return { ...ended, ending: { ...ended.ending, leftEdits: left.map(({ edit }) => editText(edit)) } };
}

async function report(
  measurement: Measurement,
  { exitCode, ending, said }: K6Ended,
  { startedAt, takenBack }: { readonly startedAt: Date; readonly takenBack: TakenBack },
): Promise<Summary> {
  const notes = [
    ...takenBackNotes(takenBack, measurement.target.url),
    ...(said.lostSamples === 0 ? [] : [`${said.lostSamples} samples are missing: ${said.lostBecause}`]),
  ];
  const summary = await summarizeRun(measurement, { startedAt, k6ExitCode: exitCode, ending, notes });
  const written = await write(measurement.folder, summary);
  console.log(`\n${textReport(summary)}\n`);
  if (written instanceof LoadtestError) throw written;
  console.log(`report: ${relative(process.cwd(), written)}`);
  return summary;
}

/** The figures are shown even if they cannot be written. */
function write(folder: string, summary: Summary): Promise<string | LoadtestError> {
  return writeReport(folder, summary).catch(
    (cause: Error) =>
      new LoadtestError(
        `cannot write the report into ${folder}: ${cause.message}. None of its files is there; the figures are above`,
        undefined,
        { cause },
      ),
  );
}

function scriptRun(
  script: Script,
  options: RunOptions,
  { url, isLocal, control }: Pick<Target, 'url' | 'isLocal' | 'control'>,
): ScriptRun {
  return {
    script: script.path,
    url,
    profile: options.profile,
    site: options.site,
    regions: options.regions,
    wan: options.wan === true,
    isLocal,
    control,
    runner: options.runner,
    extra: options.env ?? [],
  };
}

function checkOptions({ profile, url, wan, runner }: RunOptions): void {
  checkProfile(profile);
  if (runner !== undefined && url === undefined)
    throw new LoadtestError('--runner shares a run on one target, which --url has to name');
  if (wan && url !== undefined)
    throw new LoadtestError('--wan is for the local stack, and --url names another target: leave one out');
}

async function findK6(path: string | undefined, signal: AbortSignal): Promise<Binary> {
  return ensureK6({ path, log: progress, signal }).catch((cause) => {
    throw cause instanceof BinaryError ? new LoadtestError(cause.message, EXIT.noProgram, { cause }) : cause;
  });
}
