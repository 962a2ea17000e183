// After a deploy: records what was deployed, for `npm run rollback`. A deploy is no less done without it, so what is missing for
// it is said, and is no failure.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CommandError } from '../cli/exit.ts';
import { openClient } from '../cli/live.ts';
import { ROOT } from '../cli/regions-file.ts';
import { DeployApi } from './deploy-api.ts';
import { imagesOf, writeRecord } from './deploy-record.ts';
import type { Environment } from './target.ts';
import { readWranglerFile } from './wrangler-file.ts';

/** @param now ms since the epoch. @returns what to tell people */
export async function recordDeploy(env: Environment, now: number): Promise<string> {
  const file = readWranglerFile(await readFile(new URL('wrangler.toml', ROOT), 'utf8'));
  if (!env.CLOUDFLARE_API_TOKEN || !env.CLOUDFLARE_ACCOUNT_ID)
    return 'Not recorded, so `npm run rollback` cannot go back to it: that takes CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.';
  try {
    if (file.bucket === undefined) return 'Not recorded: wrangler.toml has no bucket BACKUPS.';
    const api = new DeployApi(env);
    const [[version], images, config] = await Promise.all([
      api.versions(file.worker),
      imagesOf(api, file.containers),
      configVersion(env),
    ]);
    if (version === undefined) return `Not recorded: Cloudflare shows no deployment of ${file.worker}.`;
    const at = new Date(now).toISOString();
    const commit = await commitOf();
    await writeRecord(api, file.bucket, { version, at, commit, migration: file.migration, images, config });
    return `Recorded as ${version}: \`npm run rollback\` can go back to it.`;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `Not recorded, so \`npm run rollback\` cannot go back to it: ${error.message}`;
  }
}

/** null without an edge or a token, or if it does not answer. */
async function configVersion(env: Environment): Promise<number | null> {
  if (!env.MERIDIAN_URL || !env.MERIDIAN_TOKEN) return null;
  try {
    return (await (await openClient({})).config()).version;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** null where this is no checkout, or git is not here. */
async function commitOf(): Promise<string | null> {
  const git = promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: fileURLToPath(ROOT) });
  return git.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}
