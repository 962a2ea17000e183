// `plan SCRIPT --runners N`: writes what several k6 need that share one run.

import { readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { bundleScript } from './bundle-script.ts';
import { k6Environment } from './k6-arguments.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { makeFolder } from './make-folder.ts';
import { commandsOf, fileOf, manifestOf, type Plan } from './plan.ts';
import { checkProfile } from './profiles.ts';
import { inspectScript } from './requirements.ts';
import type { RunOptions } from './run.ts';
import { findScript } from './scripts.ts';
import { checkShared } from './segments.ts';
import { checkVariables } from './variables.ts';

export interface PlanOptions {
  readonly runners: number;
  readonly outDir?: string;
  readonly dryRun?: true;
}

/** @returns the exit code */
export async function planRun(
  name: string,
  { runners, outDir, dryRun }: PlanOptions,
  options: RunOptions,
): Promise<number> {
  const script = await findScript(name);
  const extra = options.env ?? [];
  await checkVariables(script, extra);
  const k6 = await ensureK6({ path: options.k6, log: console.error });
  const bundle = await bundleScript(script.path);
  checkShared(script.name, bundle);
  const plan: Plan = {
    script: script.name,
    bundle,
    runners,
    url: urlOf(options.url),
    profile: checkProfile(options.profile),
    regions: options.regions,
    outputs: options.out ?? [],
    extra,
    k6Version: k6.version,
  };
  await checkUsers(plan, k6.path, script.path);
  const files = {
    'testrun.yaml': manifestOf(plan),
    'commands.txt': commandsOf(plan),
    [fileOf(plan.script)]: plan.bundle,
  };
  if (dryRun) {
    console.log(`${files['commands.txt']}\n# testrun.yaml\n${files['testrun.yaml']}`);
    return EXIT.ok;
  }
  const folder = resolve(outDir ?? `.meridian/plans/${plan.script}`);
  await writeAll(folder, files);
  for (const file of Object.keys(files)) console.log(relative(process.cwd(), join(folder, file)));
  return EXIT.ok;
}

/** Runners elsewhere reach no stack that would be started here. */
function urlOf(text: string | undefined): string {
  const url = text === undefined ? null : URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new LoadtestError(
    'plan needs --url: the edge that the runners measure, such as https://meridian.example.com',
  );
}

/** A runner without a user has nothing to do, and k6 refuses to start. */
async function checkUsers(plan: Plan, k6: string, path: string): Promise<void> {
  const variables = [`URL=${plan.url}`, `PROFILE=${plan.profile}`, `RUNNERS=${plan.runners}`, ...plan.extra];
  const args = [...variables.flatMap((variable) => ['-e', variable]), path];
  const { users } = await inspectScript(k6, args, k6Environment({ adminToken: undefined }, process.env));
  if (users < plan.runners)
    throw new LoadtestError(
      `${plan.script} has ${users} users with these settings, and ${plan.runners} runners would share them: take fewer runners, or a larger profile`,
    );
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  const taken = found.find((file) => Object.hasOwn(files, file));
  if (taken !== undefined)
    throw new LoadtestError(`${folder} holds a plan already (${taken}). Name another folder, or remove it.`);
  try {
    await makeFolder(folder);
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  } catch (cause) {
    throw new LoadtestError(`cannot write into ${folder}: ${(cause as Error).message}`, undefined, { cause });
  }
}
