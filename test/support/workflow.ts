// A GitHub workflow of this project: its steps, and each script of it run as a runner does, in bash, with the environment that a
// test gives for its expressions.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { bareEnvironment } from './deploy-command.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
}

export interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export async function readWorkflow(name: string): Promise<Workflow> {
  return parse(await readFile(join(PROJECT, '.github/workflows', name), 'utf8')) as Workflow;
}

/** All steps with a script. */
export function scriptsOf({ jobs }: Workflow): readonly (Step & { readonly run: string })[] {
  return Object.values(jobs).flatMap(({ steps = [] }) =>
    steps.flatMap((step) => (step.run === undefined ? [] : [{ ...step, run: step.run }])),
  );
}

export interface StepResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What it wrote for later steps. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * Runs the script of a step. Names of its environment, and of its job's, must be in `env`, except those that would be empty.
 *
 * @param folder for what runners call RUNNER_TEMP; programs in `bin/` of it come first
 * @param ofMachine what else the runner's environment has
 */
export async function runStep(
  workflow: Workflow,
  [job, name]: readonly [string, string],
  folder: string,
  env: Readonly<Record<string, string>>,
  ofMachine: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const { steps = [], env: ofJob = {} } = workflow.jobs[job] ?? {};
  const step = steps.find((each) => each.name === name);
  if (step?.run === undefined) throw new Error(`${job} has no script called ${name}`);
  const known = Object.keys({ ...ofJob, ...step.env });
  const given = Object.fromEntries(Object.entries(env).filter(([each]) => known.includes(each)));
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
  await Promise.all([output, summary].map((file) => writeFile(file, '')));
  const bare = bareEnvironment();
  const path = `${join(folder, 'bin')}:${bare.PATH ?? ''}`;
  const all = {
    ...{ ...bare, CI: 'true', NO_COLOR: '1', ...ofMachine, PATH: path, ...given },
    ...{ RUNNER_TEMP: folder, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
  };
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run];
  const ended = await new Promise<Pick<StepResult, 'code' | 'out' | 'err'>>((resolve) => {
    execFile('bash', args, { cwd: PROJECT, env: all, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
  return {
    ...ended,
    outputs: outputsIn(await readFile(output, 'utf8')),
    summary: await readFile(summary, 'utf8'),
  };
}

/** `name=value`, and `name<<END`, lines, `END`. */
function outputsIn(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [, name = '', end, lines = '', value = ''] of text.matchAll(
    /^(\w+)(?:<<(\S+)\n([\s\S]*?)\n\2|=(.*))$/gm,
  ))
    found[name] = end === undefined ? value : lines;
  return found;
}
