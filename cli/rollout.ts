// `regions rollout ...`: starts and steers changes that are made in steps, and watched.

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as v from 'valibot';
import type { RolloutOperation } from '../api/paths.ts';
import { type Rollout, type RolloutFile, RolloutPlanSchema } from '../api/rollouts.ts';
import type { AdminClient } from './admin-client.ts';
import { wholeNumber } from './arguments.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { rolloutsTable, rolloutText } from './rollout-text.ts';
import { watchRollout } from './rollout-watch.ts';
import { say } from './wrap.ts';

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly wait?: true;
}

interface StartOptions extends Options {
  readonly at?: string;
  readonly base?: number;
  readonly dryRun?: true;
}

/** Makes the subcommand. */
export function rolloutCommand(): Command {
  const command = new Command('rollout').description(
    'changes made in steps and watched, which go back by themselves when something gets worse',
  );
  for (const subcommand of [
    startCommand(),
    statusCommand(),
    operation('pause', 'stay at this step, unwatched'),
    operation('resume', 'go on, from what the configuration is now'),
    operation('abort', 'take back all that it has set'),
    operation('promote', 'make the next step now'),
    historyCommand(),
  ])
    command.addCommand(subcommand);
  return command;
}

function startCommand(): Command {
  return withConnection(new Command('start'))
    .description('start the rollout of a file, after showing whom each step would move')
    .argument('<file>', 'its plan; see rollouts/ for examples')
    .option('--at <time>', 'start at this time, such as 2026-12-01T09:00:00Z')
    .option('--base <version>', 'refuse unless this version is the current one', wholeNumber)
    .option('--dry-run', 'only show what each step would do')
    .option('--wait', 'watch it until it is over')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print it as JSON')
    .action(async (file: string, options: StartOptions) => {
      const { at, base, dryRun, json } = options;
      const plan = {
        ...(await planIn(file)),
        ...(at !== undefined && { startAt: timeIn(at) }),
        ...(base !== undefined && { base }),
      };
      const client = await openClient(options);
      const planned = await client.planRollout({ plan });
      if (dryRun) return print(planned, options);
      if (!json) say(rolloutText(planned, Date.now()));
      await confirm(`Start rollout ${plan.name}?`, options);
      // What was shown is what is started.
      const started = await startOnce(client, { ...plan, base: planned.base });
      await finish(client, started, options);
    });
}

/** If the answer is lost, whether it started is looked up: whoever called this is to watch it, or to abort it. */
async function startOnce(client: AdminClient, plan: RolloutFile): Promise<Rollout> {
  const before = (await client.rollouts()).rollouts[0]?.id ?? 0;
  try {
    return await client.startRollout({ plan });
  } catch (error) {
    if (!(error instanceof CommandError) || error.details.mayHaveHappened !== true) throw error;
    const { rollouts } = await client.rollouts();
    const started = rollouts.find(
      ({ id, name, base }) => id > before && name === plan.name && base === plan.base,
    );
    if (started === undefined) throw error;
    return client.rollout(started.id);
  }
}

function statusCommand(): Command {
  return withConnection(new Command('status'))
    .description('show a rollout: its steps, what was forecast and what came, its checks')
    .argument('[id]', 'its number; the newest if absent', wholeNumber)
    .option('--wait', 'watch it until it is over')
    .option('--json', 'print it as JSON')
    .action(async (id: number | undefined, options: Options) => {
      const client = await openClient(options);
      const rollout = await client.rollout(id ?? (await newest(client)));
      await finish(client, rollout, options);
    });
}

function historyCommand(): Command {
  return withConnection(new Command('history'))
    .description('list the last rollouts, newest first')
    .option('--json', 'print them as JSON')
    .action(async (options: Options) => {
      const answer = await (await openClient(options)).rollouts();
      if (options.json) console.log(JSON.stringify(answer, null, 2));
      else say(answer.rollouts.length === 0 ? 'There was no rollout yet.' : rolloutsTable(answer.rollouts));
    });
}

function operation(name: RolloutOperation, description: string): Command {
  const command = withConnection(new Command(name))
    .description(description)
    .argument('[id]', 'its number; the newest if absent', wholeNumber)
    .option('-m, --message <text>', 'why, for its history')
    .option('--wait', 'watch it until it is over')
    .option('--json', 'print it as JSON');
  if (name === 'promote') command.option('--full', 'all steps that are left, unwatched');
  return command.action(
    async (
      id: number | undefined,
      options: Options & { readonly message?: string; readonly full?: true },
    ) => {
      const client = await openClient(options);
      const { message, full = false } = options;
      const rollout = await client.operateRollout(id ?? (await newest(client)), name, {
        full,
        ...(message !== undefined && { reason: message }),
      });
      await finish(client, rollout, options);
    },
  );
}

async function finish(client: AdminClient, rollout: Rollout, options: Options): Promise<void> {
  print(options.wait === true ? await watchRollout(client, rollout) : rollout, options);
}

function print(rollout: Rollout, { json }: Options): void {
  if (json) console.log(JSON.stringify(rollout, null, 2));
  else say(rolloutText(rollout, Date.now()));
}

async function newest(client: AdminClient): Promise<number> {
  const [first] = (await client.rollouts()).rollouts;
  if (first === undefined)
    throw new CommandError(
      EXIT.refused,
      'There was no rollout yet: `regions rollout start FILE` starts one.',
      {
        details: { code: 'no_such_rollout' },
      },
    );
  return first.id;
}

async function planIn(file: string): Promise<RolloutFile> {
  const wrong = (why: string) =>
    new CommandError(EXIT.usage, `${file} is no rollout: ${why}`, { details: { code: 'bad_plan', why } });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
  const read = v.safeParse(RolloutPlanSchema, json);
  if (read.success) return read.output as RolloutFile;
  const [issue] = read.issues;
  const path = v.getDotPath(issue);
  throw wrong(path === null ? issue.message : `${path}: ${issue.message}`);
}

function timeIn(text: string): string {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new CommandError(EXIT.usage, `"${text}" is no time: write it as 2026-12-01T09:00:00Z.`);
}
