// `regions restart [ID...]`: restarts regions one after the other, so that all others serve meanwhile.

import { Command } from 'commander';
import { ownRegions } from '../regions/config.ts';
import { describeProblem } from '../regions/problems.ts';
import { unknownRegion } from '../regions/rules/service.ts';
import { formatTable } from '../regions/table.ts';
import type { AdminClient } from './admin-client.ts';
import { positiveNumber } from './arguments.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { planRestart, type RestartPlan } from './restart-plan.ts';
import { RegionRestart, type RestartTimes } from './restart-region.ts';
import { say } from './wrap.ts';

/** Longer than any useful lame duck mode. */
const DRAIN_TIMEOUT_S = 900;
/** Starting takes seconds; filling a server with gigabytes of streams takes minutes. */
const UP_TIMEOUT_S = 1_800;
/** An address may call 60 times a minute, and a look at a JetStream region is one such call. */
const POLL_S = 2;

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly dryRun?: true;
  readonly drainTimeout: number;
  readonly upTimeout: number;
  readonly poll: number;
}

/** Makes the subcommand. */
export function restartCommand(): Command {
  return withConnection(new Command('restart'))
    .description('restart regions one after the other: drain, wait, put back, wait, and only then the next')
    .argument('[ids...]', 'ids of the regions; all that run if absent')
    .option('--dry-run', 'only show which would be restarted')
    .option(
      '--drain-timeout <seconds>',
      'how long to wait until a region is empty',
      positiveNumber,
      DRAIN_TIMEOUT_S,
    )
    .option('--up-timeout <seconds>', 'how long to wait until it is back', positiveNumber, UP_TIMEOUT_S)
    .option('--poll <seconds>', 'time between two looks', Number, POLL_S)
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the plan, or what was restarted, as JSON')
    .action(async (ids: string[], options: Options) => {
      const { dryRun, json, yes } = options;
      const client = await openClient(options);
      const plan = await readPlan(client, ids);
      if (dryRun && json) return console.log(JSON.stringify(plan, null, 2));
      if (!json) say(planText(plan));
      else if (!yes) console.error(planText(plan));
      if (plan.refusal !== undefined) {
        throw new CommandError(
          EXIT.refused,
          `Nothing was restarted: ${printable(plan.refusal)}. \`regions jetstream\` shows when all do.`,
          { details: { code: 'jetstream_behind' } },
        );
      }
      if (dryRun) return;
      if (plan.restarts.length > 0) await confirm('Restart them one after the other?', options);
      const done = await restartAll(client, plan, timesOf(options));
      if (json) console.log(JSON.stringify({ restarted: done, leftOut: plan.leftOut }, null, 2));
      else say(done.length === 0 ? 'Nothing to restart.' : `Done: ${done.join(', ')}.`);
    });
}

async function readPlan(client: AdminClient, ids: readonly string[]): Promise<RestartPlan> {
  const [{ config }, { regions }] = await Promise.all([client.config(), client.regions()]);
  const known = config.regions.map(({ id }) => id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new CommandError(EXIT.refused, describeProblem(unknownRegion('', unknown, known)), {
      details: { code: 'no_such_region' },
    });
  }
  const hasJetStream = ownRegions(config).some(({ enabled, jetstream }) => enabled && jetstream);
  const members = hasJetStream ? (await client.jetstream()).members : undefined;
  return planRestart(config, regions, members, ids);
}

function planText({ restarts, leftOut }: RestartPlan): string {
  const rows = restarts.map(({ id, clients, jetstream }, index) => [
    `${index + 1}.`,
    id,
    `${clients ?? '?'} clients move`,
    jetstream ? 'JetStream: the next one only when it holds all streams again' : '',
  ]);
  const others = leftOut.map(({ id, why }) => ['-', id, why]);
  return formatTable([...rows, ...others].map((row) => row.map(printable)));
}

function timesOf({ drainTimeout, upTimeout, poll }: Options): RestartTimes {
  return { drainMs: drainTimeout * 1000, upMs: upTimeout * 1000, pollMs: poll * 1000 };
}

/** @returns the ids of those that were restarted: all. @throws CommandError that says where a failure left things */
async function restartAll(
  client: AdminClient,
  { restarts }: RestartPlan,
  times: RestartTimes,
): Promise<string[]> {
  const out = process.stderr;
  const done: string[] = [];
  let now: RegionRestart | undefined;
  const left = () => restarts.map(({ id }) => id).filter((id) => !done.includes(id) && id !== now?.id);
  const run = async (interrupted: AbortSignal) => {
    for (const [index, region] of restarts.entries()) {
      now = new RegionRestart(client, region, times, out);
      out.write(`${index + 1} of ${restarts.length}: ${region.id}\n`);
      try {
        await now.run();
      } catch (error) {
        if (interrupted.aborted) throw error;
        throw await stopped(error, now, done, left());
      }
      if (interrupted.aborted) break;
      done.push(region.id);
    }
    return done;
  };
  return interruptible(run, async () => {
    out.write('\n');
    if (now !== undefined) out.write(`${await putBack(now)}\n`);
    out.write(`${standText(done, left())}\n`);
  });
}

async function stopped(
  cause: unknown,
  region: RegionRestart,
  done: readonly string[],
  left: readonly string[],
): Promise<CommandError> {
  const { message, exitCode = EXIT.refused, details = {} } = cause as Partial<CommandError> & Error;
  const words = [`Stopped at ${region.id}: ${message}`, await putBack(region), standText(done, left)];
  return new CommandError(exitCode, words.join('\n'), {
    details: { code: 'stopped', ...details, at: region.id, standing: region.standing, restarted: done, left },
    cause,
  });
}

/** A region that is drained is put back. Returns what became of it. */
async function putBack(region: RegionRestart): Promise<string> {
  const { id } = region;
  if (region.standing === 'served') return `${id} serves.`;
  if (region.standing === 'returning')
    return `${id} is back in service and comes up by itself: \`regions list\`.`;
  try {
    await region.putBack();
    return `${id} was put back into service and comes up by itself: \`regions list\`.`;
  } catch (error) {
    return `${id} IS STILL DRAINED (${(error as Error).message}): \`regions undrain ${id}\` puts it back.`;
  }
}

function standText(done: readonly string[], left: readonly string[]): string {
  const list = (ids: readonly string[]) => (ids.length === 0 ? 'none' : ids.join(', '));
  return `Restarted: ${list(done)}. Not yet: ${list(left)}.`;
}
