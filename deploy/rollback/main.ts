// `npm run rollback`: takes the configuration, the Worker and the images back to an earlier deploy, together, or says why not.
// It asks Cloudflare what runs, so whoever calls it needs no state of the machine that deployed.

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { confirm } from '../../cli/confirm.ts';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../../cli/exit.ts';
import { runProgram } from '../../cli/program.ts';
import { ROOT } from '../../cli/regions-file.ts';
import { say, wrapped } from '../../cli/wrap.ts';
import { DeployApi } from '../deploy-api.ts';
import { readWranglerFile } from '../wrangler-file.ts';
import { findTarget } from './find-target.ts';
import { type Goal, writeGoal } from './goal.ts';
import { askEdge, type Edge, withLivePart } from './live-part.ts';
import { planRollback, type RollbackPlan, rollbackText } from './rollback-plan.ts';

interface Options {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  readonly oldSecrets?: true;
  readonly message: string;
}

const program = new Command('npm run rollback --')
  .usage('[options] [version]')
  .description('Goes back to an earlier deploy: configuration, Worker and images, together.')
  .argument('[version]', "the id of the Worker's version; by default of the deploy before the present one")
  .option('-m, --message <text>', 'why, for the histories', 'rollback of a deploy')
  .option('--old-secrets', 'also where secrets have changed since: they are then as they were')
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
changed (exit code 4). One that failed half-way goes on when it is run again.
More: docs/deploying.md
${EXIT_CODES_HELP}`,
  )
  .action(async (version: string | undefined, options: Options) => {
    const file = readWranglerFile(await readFile(new URL('wrangler.toml', ROOT), 'utf8'));
    const api = new DeployApi(process.env);
    const found = await findTarget(api, file, version);
    const { target, running, images, bucket, unfinished } = found;
    const [edge, migration] = await Promise.all([askEdge(process.env), api.migrationOf(file.worker)]);
    const config = typeof edge === 'string' ? edge : edge.live.version;
    const planned = planRollback(target, { version: running, images, migration, config });
    if (!planned.ok)
      throw new CommandError(EXIT.needsDeploy, `Nothing was changed: ${planned.why}`, {
        details: { code: 'migration', from: target.migration, to: migration ?? null },
      });
    const part = await withLivePart(planned.plan, edge);
    const plan = { ...part, notes: [...found.notes, ...part.notes] };
    const isNothing = plan.worker === undefined && plan.config === undefined && plan.images.length === 0;
    if (!options.json) say(rollbackText(plan, target.at));
    else if (!options.yes) console.error(wrapped(rollbackText(plan, target.at), process.stderr));
    const isDone = !options.dryRun && !isNothing;
    if (isDone) await confirm('Go back?', options);
    if (isDone || (unfinished !== undefined && !options.dryRun)) {
      const goal = unfinished ?? {
        from: running,
        to: target.version,
        at: new Date().toISOString(),
        isDone: false,
      };
      await goBack(api, file.worker, { ...{ plan, goal, bucket, edge }, ...options });
    }
    if (options.json) console.log(JSON.stringify({ changed: isDone, to: target, ...plan }, null, 2));
    else if (isDone) say('Done. `npm run regions -- list` shows the servers as they come back.');
  });
await runProgram(program, []);

interface Going {
  readonly plan: RollbackPlan;
  readonly goal: Goal;
  /** Where the goal is kept. */
  readonly bucket: string;
  readonly edge: Edge | string;
  readonly message: string;
  readonly oldSecrets?: true;
}

/**
 * The configuration first, while the Worker that wrote it can still read it; then the Worker, then the images: a deploy, too,
 * brings its servers after its Worker.
 */
async function goBack(api: DeployApi, worker: string, going: Going): Promise<void> {
  const { plan, goal, bucket, edge, message, oldSecrets } = going;
  const done: string[] = [];
  try {
    await writeGoal(api, bucket, goal);
    if (plan.config !== undefined && typeof edge !== 'string') {
      await edge.client.rollback({ version: plan.config, base: edge.live.version, message });
      done.push('the configuration');
    }
    if (plan.worker !== undefined) {
      await api.serveVersion(worker, plan.worker.to, { message, oldSecrets: oldSecrets === true });
      done.push('the Worker');
    }
    const applications = plan.images.length > 0 ? await api.applications() : [];
    for (const { name, to } of plan.images) {
      const application = applications.find((each) => each.name === name);
      if (application === undefined) continue;
      await api.setImage(application, to);
      done.push(`the image of ${name}`);
    }
    await writeGoal(api, bucket, { ...goal, isDone: true });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(error.exitCode, `${error.message}\n${howToGoOn(error, done, goal)}`, {
      details: { ...error.details, done },
      cause: error,
    });
  }
}

function howToGoOn({ details }: CommandError, done: readonly string[], { to }: Goal): string {
  const before = done.length === 0 ? 'Nothing was changed.' : `Already back: ${done.join(', ')}.`;
  return details.code === 'secrets_changed'
    ? `${before} If they are to be as they were then: \`npm run rollback -- ${to} --old-secrets\`. If not, deploy the commit of then: a deploy keeps the secrets of now.`
    : `${before} \`npm run rollback -- ${to}\` goes on from there.`;
}
