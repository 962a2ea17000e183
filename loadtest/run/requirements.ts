// What a run will need, as k6 reads it from the script before anything is started: how long it means to measure, when it
// should be over at the latest, and how many virtual users it has. What is wrong with a variable shows here.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LoadtestError } from './loadtest-error.ts';

export interface Requirements {
  /** How long it means to measure, ms; null where only a limit is known. */
  readonly plannedMs: number | null;
  /** When the last user should be done, ms after the first may have begun. */
  readonly endsByMs: number;
  /** What `setup()` may take before, ms. */
  readonly setupMs: number;
  readonly users: number;
  /** What k6 itself needs for it, as far as scenarios say. */
  readonly work: readonly PlannedWork[];
  /** That the script sets, for a k6 that does not come to judge them. */
  readonly thresholds: readonly AskedThreshold[];
}

/** Of a scenario. */
export interface PlannedWork {
  /** Of this machine's kind, that k6 would keep busy. */
  readonly cores: number;
  /** Who share it evenly. Each has one thread. */
  readonly users: number;
}

export interface AskedThreshold {
  /** With its tags: `nats_ping{region:weur}`. */
  readonly metric: string;
  readonly expression: string;
}

/** What k6 says of a scenario; which of these fields it has depends on its executor. */
export interface Scenario {
  readonly executor: string;
  readonly startTime?: string | null;
  readonly duration?: string | null;
  readonly maxDuration?: string | null;
  readonly gracefulStop?: string | null;
  readonly stages?: readonly { readonly duration: string }[] | null;
  readonly env?: Readonly<Record<string, string>> | null;
}

export interface Inspected {
  readonly scenarios: Readonly<Record<string, Scenario>> | null;
  readonly setupTimeout: string | null;
  /** With the time that iterations are left to end in. */
  readonly totalDuration: string;
  readonly maxVUs: number;
  /** By metric; an object where more is said than the expression. */
  readonly thresholds?: Readonly<Record<string, readonly (string | { readonly threshold: string })[]>> | null;
}

/**
 * The variable with which a scenario says for how many seconds it measures: where its users go on after the executor's
 * time, or have a limit that they are not meant to reach.
 */
const PLANNED = 'PLANNED_SECONDS';

/** With these it says what k6 itself needs for it: see lib/work.js. */
const PLANNED_WORK = { cores: 'PLANNED_CORES', users: 'PLANNED_USERS' } as const;

/** k6's own defaults. */
const SETUP_MS = 60_000;
const MAX_DURATION_MS = 600_000;

const INSPECT_TIMEOUT_MS = 30_000;

/**
 * @param args the script's variables, as k6 takes them, and the script
 * @throws LoadtestError with the script's own words when it refuses one of its variables
 */
export async function inspectScript(
  k6: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Requirements> {
  const inspecting = promisify(execFile)(k6, ['inspect', '--execution-requirements', ...args], {
    env,
    timeout: INSPECT_TIMEOUT_MS,
  });
  const { stdout } = await inspecting.catch((cause: Error & { readonly stderr?: string }) => {
    throw new LoadtestError(scriptErrorOf(cause.stderr || cause.message), undefined, { cause });
  });
  return requirementsOf(JSON.parse(stdout) as Inspected);
}

/** The message within k6's log line, without the stack of the script. */
export function scriptErrorOf(log: string): string {
  const quoted = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(log)?.[1];
  const text = quoted === undefined ? log.trim() : (JSON.parse(quoted) as string);
  return (
    text.split(/\n\s*at /)[0]?.replace(/^(?:Uncaught \(in promise\) )?(?:GoError: |Error: )?/, '') ?? text
  );
}

export function requirementsOf(inspected: Inspected): Requirements {
  const { scenarios, setupTimeout, totalDuration, maxVUs, thresholds } = inspected;
  const each = Object.values(scenarios ?? {});
  return {
    plannedMs: plannedOf(each),
    endsByMs: each.length === 0 ? milliseconds(totalDuration) : Math.max(...each.map(latestEndOf)),
    setupMs: setupTimeout === null ? SETUP_MS : milliseconds(setupTimeout),
    users: maxVUs,
    work: each.flatMap(workOf),
    thresholds: Object.entries(thresholds ?? {}).flatMap(([metric, each]) =>
      each.map((one) => ({ metric, expression: typeof one === 'string' ? one : one.threshold })),
    ),
  };
}

/** What scenarios say of themselves goes before what k6 would give them; others only help, such as by watching. */
function plannedOf(scenarios: readonly Scenario[]): number | null {
  const declared = scenarios.flatMap((scenario) => {
    const seconds = Number(scenario.env?.[PLANNED]);
    return seconds > 0 ? [startOf(scenario) + seconds * 1000] : [];
  });
  if (declared.length > 0) return Math.max(...declared);
  // With a number of iterations and a limit it may be done long before.
  const isKnown = scenarios.every((each) => !each.executor.endsWith('-iterations') && !outlasts(each));
  if (scenarios.length === 0 || !isKnown) return null;
  return Math.max(...scenarios.map((each) => startOf(each) + lengthOf(each)));
}

function workOf({ env }: Scenario): readonly PlannedWork[] {
  const cores = Number(env?.[PLANNED_WORK.cores]);
  const users = Number(env?.[PLANNED_WORK.users]);
  return cores > 0 && users > 0 ? [{ cores, users }] : [];
}

function latestEndOf(scenario: Scenario): number {
  const grace = outlasts(scenario) ? milliseconds(scenario.gracefulStop ?? '0s') : 0;
  return startOf(scenario) + lengthOf(scenario) + grace;
}

/** Users are started at a rate for a short time, and work for much longer than that. */
function outlasts(scenario: Scenario): boolean {
  const { executor, gracefulStop } = scenario;
  return (
    executor.endsWith('-arrival-rate') &&
    typeof gracefulStop === 'string' &&
    milliseconds(gracefulStop) > 2 * lengthOf(scenario)
  );
}

function startOf({ startTime }: Scenario): number {
  return milliseconds(startTime ?? '0s');
}

function lengthOf({ executor, duration, maxDuration, stages }: Scenario): number {
  if (executor.endsWith('-iterations')) return maxDuration ? milliseconds(maxDuration) : MAX_DURATION_MS;
  if (stages) return stages.reduce((sum, stage) => sum + milliseconds(stage.duration), 0);
  return milliseconds(duration ?? '0s');
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of a duration as k6 writes it: `1h2m3.5s`, or a number of milliseconds. */
export function milliseconds(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return parts.reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
}
