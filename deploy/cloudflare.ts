// Deploys the edge to Cloudflare: builds the page of the map, then `wrangler deploy`. The token is tried first, since
// wrangler builds images for minutes before it uses it.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudflareApi } from '../cli/cloudflare/api.ts';
import { CommandError, EXIT } from '../cli/exit.ts';
import { ROOT } from '../cli/regions-file.ts';
import { runProgramThrough } from './program.ts';
import type { Environment } from './target.ts';

const PROJECT = fileURLToPath(ROOT);
const WRANGLER = join(PROJECT, 'node_modules/wrangler/bin/wrangler.js');

/** What wrangler and Cloudflare's API print where a token is not taken. */
const NOT_AUTHORIZED =
  /Authentication error|Invalid API Token|Unable to authenticate|code: (10000|9106|9109|10001)\b|not logged in/i;

export interface CloudflareOptions {
  readonly dryRun: boolean;
  /** More for wrangler. */
  readonly wrangler: readonly string[];
}

/** @throws CommandError with the likely fix */
export async function deployToCloudflare({ dryRun, wrangler }: CloudflareOptions): Promise<void> {
  await prepareDeploy();
  // Without an engine a dry run cannot build the images, and needs none to say what it would deploy.
  const rollout = wrangler.some((each) => each.startsWith('--containers-rollout'));
  const offline = dryRun ? ['--dry-run', ...(rollout ? [] : ['--containers-rollout=none'])] : [];
  await step('wrangler deploy', [WRANGLER, 'deploy', ...offline, ...wrangler], 'its message is above');
}

/** What a deploy needs before wrangler starts. @throws CommandError with the likely fix */
export async function prepareDeploy(): Promise<void> {
  await step(
    'the generated files',
    [join(PROJECT, 'cli/main.ts'), 'sync', '--check'],
    'run `npm run regions -- sync`',
  );
  await step('the page of the map', [join(PROJECT, 'map/cli.ts'), 'build'], 'its message is above');
}

async function step(name: string, args: readonly string[], fix: string): Promise<void> {
  const { code, output } = await runProgramThrough({ file: process.execPath, args, cwd: PROJECT });
  if (code === 0) return;
  if (NOT_AUTHORIZED.test(output)) throw notAuthorized(`${name} was not authorized`);
  throw new CommandError(EXIT.refused, `Cloudflare: ${name} failed, exit code ${code}: ${fix}.`, {
    details: { code: 'step_failed', platform: 'cloudflare', step: name },
  });
}

/**
 * Asks for what a deploy needs at least: the Workers of the account. Signed in by wrangler, there is no token to try.
 *
 * @throws CommandError if the token is not taken
 */
export async function tryToken(env: Environment): Promise<void> {
  const api = cloudflareApi(env);
  if (api === undefined) return;
  const response = await api.ask(`/accounts/${api.account}/workers/scripts`).catch((cause: CommandError) => {
    throw new CommandError(cause.exitCode, `${cause.message} Nothing was deployed.`, {
      details: cause.details,
      cause,
    });
  });
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  // A token without form is answered with 400.
  if (status === 400 || status === 401 || status === 403) throw notAuthorized(`its API answered ${status}`);
  const why =
    status === 404 ? 'it knows no such account: see CLOUDFLARE_ACCOUNT_ID' : `its API answered ${status}`;
  throw new CommandError(EXIT.refused, `Cloudflare: ${why}. Nothing was deployed.`, {
    details: { code: 'cloudflare_refused', platform: 'cloudflare', status },
  });
}

function notAuthorized(what: string): CommandError {
  return new CommandError(
    EXIT.notAuthorized,
    `Cloudflare: ${what}. Is CLOUDFLARE_API_TOKEN of that account, still valid, and made by the template "Edit Cloudflare Workers", with Containers (edit) added?`,
    { details: { code: 'secret_refused', platform: 'cloudflare', name: 'CLOUDFLARE_API_TOKEN' } },
  );
}
