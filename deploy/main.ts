// `npm run deploy`: deploys to Cloudflare, to Synadia, or to both. Everything that the environment has to give is looked at
// first, for all of them.

import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../cli/exit.ts';
import { runProgram } from '../cli/program.ts';
import { ROOT } from '../cli/regions-file.ts';
import { say } from '../cli/wrap.ts';
import { applyAccount } from './accounts/apply.ts';
import { appliedText } from './applied-text.ts';
import { canaryText, deployCanary } from './canary/deploy-canary.ts';
import { deployToCloudflare, tryToken } from './cloudflare.ts';
import { checkDomainsAreFree } from './free-domains.ts';
import { recordDeploy } from './record-deploy.ts';
import { type RunningBefore, replacedServers, runningBefore } from './replaced-servers.ts';
import { isConfigured, type SecretProblem, secretProblems } from './secrets.ts';
import { type Platform, platformsOf, targetOf } from './target.ts';
import { waitUntilServed } from './wait-until-served.ts';

/** Servers with JetStream restart one after the other, up to three minutes apart: docs/operations.md. */
const SERVED_TIMEOUT_MS = 30 * 60_000;

interface Options {
  readonly target?: string;
  readonly dryRun?: true;
  readonly requireSecrets?: true;
  readonly containersRollout?: string;
  readonly wait?: true;
  readonly files: string;
  readonly credentials?: string;
  readonly canary?: string | true;
  readonly takeDomain?: true;
  readonly json?: true;
}

interface Deployed {
  readonly platform: Platform;
  readonly dryRun: boolean;
  readonly [more: string]: unknown;
}

const program = new Command('npm run deploy --')
  .usage('[options] [-- wrangler options]')
  .description('Deploys the edge to Cloudflare, and an account with its streams to Synadia.')
  .argument('[wrangler...]', 'more for `wrangler deploy`, after --')
  .option('--target <name>', 'cloudflare, synadia or both (default: DEPLOYMENT_TARGET, else cloudflare)')
  .option('--dry-run', 'only show what would be deployed; to Cloudflare, without an account or Docker')
  .option('--require-secrets', 'fail, in a dry run too, unless all that a deploy needs is set')
  .option('--containers-rollout <how>', 'for wrangler: immediate, gradual, or none, which leaves the images')
  .option('--wait', 'wait until the edge at MERIDIAN_URL serves, with its new servers, half an hour at most')
  .option(
    '--canary [region]',
    'one region first, then the contract suite, then the others; what fails is taken back',
  )
  .option('--take-domain', 'move the domain here, if another Worker or a DNS record has it')
  .option('--files <folder>', "the account's files", fileURLToPath(new URL('deploy/synadia', ROOT)))
  .option('--credentials <folder>', "write new credentials of the account's users there")
  .option('--json', 'print what was done as JSON')
  .addHelpText(
    'after',
    `
$ npm run deploy -- --dry-run --target both
$ npm run deploy -- --target cloudflare --containers-rollout none
$ npm run deploy -- --canary weur

The secrets of each target are in docs/pipeline.md. In CI, where nobody can sign
in, Cloudflare's must be set.
${EXIT_CODES_HELP}`,
  )
  .action(async (wrangler: readonly string[], options: Options) => {
    const platforms = platformsOf(targetOf(options.target, process.env));
    const isToCloudflare = platforms.includes('cloudflare');
    checkOptions(options, isToCloudflare);
    const canary = options.canary === undefined ? undefined : await canaryText(options.canary);
    const notes = checkSecrets(platforms, options);
    if (!options.dryRun && isToCloudflare) {
      await tryToken(process.env);
      if (!options.takeDomain) await checkDomainsAreFree(process.env);
    }
    const done: Deployed[] = [];
    for (const platform of platforms) done.push(await deployTo(platform, wrangler, options, notes, done));
    if (canary !== undefined && options.dryRun && !options.json) say(canary);
    if (options.json) console.log(JSON.stringify({ deployed: done, notes }, null, 2));
  });
await runProgram(program, []);

/** @throws CommandError if options do not go together */
function checkOptions({ wait, canary, containersRollout, dryRun }: Options, isToCloudflare: boolean): void {
  if (canary !== undefined && !isToCloudflare)
    throw new CommandError(EXIT.usage, '--canary is of Cloudflare, which is no target here.');
  if (canary !== undefined && containersRollout !== undefined)
    throw new CommandError(
      EXIT.usage,
      '--canary decides itself which containers are rolled out: leave out --containers-rollout.',
    );
  const needs = wait ? '--wait' : canary !== undefined && !dryRun ? '--canary' : undefined;
  if (needs !== undefined && isToCloudflare && !process.env.MERIDIAN_URL)
    throw new CommandError(EXIT.usage, `${needs} needs the address of the edge, in MERIDIAN_URL.`);
}

/** For the steps after this one in a workflow of GitHub: what happened, though this command fails later. */
async function tellPipeline(line: string): Promise<void> {
  const { GITHUB_OUTPUT } = process.env;
  if (GITHUB_OUTPUT) await appendFile(GITHUB_OUTPUT, `${line}\n`);
}

/** @returns what a dry run does without. @throws CommandError with all that is missing or wrong */
function checkSecrets(
  platforms: readonly Platform[],
  { dryRun, requireSecrets }: Options,
): readonly SecretProblem[] {
  const isUnattended = requireSecrets === true || process.env.CI !== undefined;
  const problems = secretProblems(platforms, process.env, isUnattended);
  // A target of which something is set is meant to be used: what else it needs is then missing by mistake.
  const isSerious = ({ platform }: SecretProblem) => isConfigured(platform, process.env);
  const fatal = requireSecrets || !dryRun ? problems : problems.filter(isSerious);
  if (fatal.length > 0)
    throw new CommandError(
      EXIT.notAuthorized,
      `Nothing was deployed:\n${fatal.map(({ platform, words }) => `  ${platform}: ${words}`).join('\n')}`,
      { details: { code: 'secrets', problems: fatal } },
    );
  return problems;
}

/** @throws CommandError if the edge does not serve in time, with the servers of this deploy */
async function waitForDeployed(before: RunningBefore): Promise<void> {
  const { MERIDIAN_URL: url = '', MERIDIAN_TOKEN: token } = process.env;
  const { old, note } = await replacedServers(before, process.env);
  if (note !== undefined) console.error(note);
  await waitUntilServed({ url, token, timeoutMs: SERVED_TIMEOUT_MS, old });
}

async function deployTo(
  platform: Platform,
  wrangler: readonly string[],
  options: Options,
  notes: readonly SecretProblem[],
  done: readonly Deployed[],
): Promise<Deployed> {
  const { containersRollout, files, credentials, json, wait, canary } = options;
  const dryRun = options.dryRun === true;
  try {
    if (platform === 'cloudflare') {
      const rollout = containersRollout === undefined ? [] : [`--containers-rollout=${containersRollout}`];
      const more = [...rollout, ...wrangler];
      const before = wait && !dryRun ? await runningBefore(process.env) : undefined;
      if (canary === undefined || dryRun) await deployToCloudflare({ dryRun, wrangler: more });
      else await deployCanary({ region: canary, wrangler: more }, process.env);
      if (!dryRun) await tellPipeline('deployed=true');
      if (before !== undefined) await waitForDeployed(before);
      if (!json) say(dryRun ? 'Cloudflare: would be deployed as shown.' : 'Cloudflare: deployed.');
      if (!dryRun) console.error(await recordDeploy(process.env, Date.now()));
      return { platform, dryRun };
    }
    const hasSecrets = !notes.some((each) => each.platform === platform);
    const applied = await applyAccount({ dryRun, folder: files, credentials }, process.env, hasSecrets);
    if (!json) say(`Synadia: ${dryRun ? 'would be applied' : 'applied'}.\n${appliedText(applied)}`);
    return { platform, dryRun, ...applied };
  } catch (error) {
    if (!(error instanceof CommandError) || done.length === 0) throw error;
    const before = done.map((each) => each.platform).join(', ');
    throw new CommandError(error.exitCode, `${error.message}\nDone before: ${before}.`, {
      details: { ...error.details, deployed: done },
      cause: error,
    });
  }
}
