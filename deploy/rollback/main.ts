// `npm run rollback`: takes the configuration, the Worker and the images back to an earlier deploy, together, or says why not.
// It asks Cloudflare what runs, so whoever calls it needs no state of the machine that deployed.

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { AdminClient } from '../../cli/admin-client.ts';
import { confirm } from '../../cli/confirm.ts';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../../cli/exit.ts';
import { openClient } from '../../cli/live.ts';
import { runProgram } from '../../cli/program.ts';
import { ROOT } from '../../cli/regions-file.ts';
import { say, wrapped } from '../../cli/wrap.ts';
import { CloudflareApi } from '../cloudflare-api.ts';
import { type DeployRecord, imagesOf, readRecord } from '../deploy-record.ts';
import { readWranglerFile, type WranglerFile } from '../wrangler-file.ts';
import { planRollback, type RollbackPlan, rollbackText } from './rollback-plan.ts';

interface Options {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly message: string;
}

const program = new Command('npm run rollback --')
  .usage('[options] [version]')
  .description('Goes back to an earlier deploy: configuration, Worker and images, together.')
  .argument('[version]', "the id of the Worker's version; by default of the deploy before the present one")
  .option('-m, --message <text>', 'why, for the histories', 'rollback of a deploy')
  .option('--dry-run', 'only show what would change')
  .option('-y, --yes', 'do not ask for confirmation')
  .option('--json', 'print what was changed as JSON')
  .addHelpText(
    'after',
    `
$ npm run rollback -- --dry-run
$ npm run rollback -- --yes

It needs CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID; for the configuration
also MERIDIAN_URL and MERIDIAN_TOKEN. Across a migration of objects nothing is
changed (exit code 4). More: docs/deploying.md
${EXIT_CODES_HELP}`,
  )
  .action(async (version: string | undefined, options: Options) => {
    const file = readWranglerFile(await readFile(new URL('wrangler.toml', ROOT), 'utf8'));
    const api = new CloudflareApi(process.env);
    const { target, running } = await recordsOf(api, file, version);
    const client = process.env.MERIDIAN_URL && process.env.MERIDIAN_TOKEN ? await openClient({}) : undefined;
    const [images, migration, live] = await Promise.all([
      imagesOf(api, file.containers),
      api.migrationOf(file.worker),
      client?.config(),
    ]);
    const found = planRollback(target, { version: running, images, migration, config: live?.version });
    if (!found.ok)
      throw new CommandError(EXIT.needsDeploy, `Nothing was changed: ${found.why}`, {
        details: { code: 'migration', from: target.migration, to: migration ?? null },
      });
    const plan = await withoutSameConfig(found.plan, client);
    const isNothing = plan.worker === undefined && plan.config === undefined && plan.images.length === 0;
    if (!options.json) say(rollbackText(plan, target.at));
    else if (!options.yes) console.error(wrapped(rollbackText(plan, target.at), process.stderr));
    if (!options.dryRun && !isNothing) {
      await confirm('Go back?', options);
      const { message } = options;
      const { version: to } = target;
      await goBack(api, file.worker, { plan, to, message, base: live?.version, client });
    }
    const isDone = !options.dryRun && !isNothing;
    if (options.json) console.log(JSON.stringify({ changed: isDone, to: target, ...plan }, null, 2));
    else if (isDone) say('Done. `npm run regions -- list` shows the servers as they come back.');
  });
await runProgram(program, []);

interface Records {
  readonly target: DeployRecord;
  /** The version that serves. */
  readonly running: string;
}

async function recordsOf(
  api: CloudflareApi,
  { worker, bucket }: WranglerFile,
  wanted: string | undefined,
): Promise<Records> {
  if (bucket === undefined)
    throw new CommandError(EXIT.refused, 'wrangler.toml has no bucket BACKUPS, where deploys are recorded.');
  const versions = await api.versions(worker);
  const [running] = versions;
  if (running === undefined)
    throw new CommandError(EXIT.refused, `Nothing was changed: the Worker ${worker} was never deployed.`);
  const candidates =
    wanted === undefined ? [...new Set(versions)].filter((each) => each !== running) : [wanted];
  // After a rollback the newest deployments are of what was gone back from: that is no earlier deploy.
  const present = wanted === undefined ? await readRecord(api, bucket, running) : undefined;
  for (const version of candidates) {
    const target = await readRecord(api, bucket, version);
    if (target !== undefined && (present === undefined || target.at < present.at)) return { target, running };
  }
  const which = wanted === undefined ? 'no earlier deploy was' : `version ${wanted} was not`;
  throw new CommandError(
    EXIT.refused,
    `Nothing was changed: ${which} recorded in ${bucket}, so its images and its configuration are not known. \`npx wrangler rollback\` takes the Worker alone back.`,
    { details: { code: 'not_recorded', version: wanted ?? null } },
  );
}

/** Going back makes a new version: what counts is what is in it. */
async function withoutSameConfig(plan: RollbackPlan, client: AdminClient | undefined): Promise<RollbackPlan> {
  if (plan.config === undefined || client === undefined) return plan;
  const old = await client.configOf(plan.config);
  const isSame = old !== undefined && (await client.dryRun(old.config)).changes.length === 0;
  return isSame ? { ...plan, config: undefined } : plan;
}

interface Going {
  readonly plan: RollbackPlan;
  /** The version of the Worker that it goes back to. */
  readonly to: string;
  readonly message: string;
  readonly base: number | undefined;
  readonly client: AdminClient | undefined;
}

/**
 * The configuration first, while the Worker that wrote it can still read it; then the Worker, then the images: a deploy, too,
 * brings its servers after its Worker.
 */
async function goBack(
  api: CloudflareApi,
  worker: string,
  { plan, to, message, base, client }: Going,
): Promise<void> {
  const done: string[] = [];
  try {
    if (plan.config !== undefined && client !== undefined && base !== undefined) {
      await client.rollback({ version: plan.config, base, message });
      done.push('the configuration');
    }
    if (plan.worker !== undefined) {
      await api.serveVersion(worker, plan.worker.to, message);
      done.push('the Worker');
    }
    const applications = plan.images.length > 0 ? await api.applications() : [];
    for (const { name, to } of plan.images) {
      const application = applications.find((each) => each.name === name);
      if (application === undefined) continue;
      await api.setImage(application, to);
      done.push(`the image of ${name}`);
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const before = done.length === 0 ? 'Nothing was changed.' : `Already back: ${done.join(', ')}.`;
    throw new CommandError(
      error.exitCode,
      `${error.message}\n${before} \`npm run rollback -- ${to}\` goes on from there.`,
      {
        details: { ...error.details, done },
        cause: error,
      },
    );
  }
}
