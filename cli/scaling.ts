// `regions scaling ID`: how many servers a region needs, and why; with `--replay FILE` what a load would have come to,
// by the same function, on this machine.

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Scaling } from '../api/scaling.ts';
import { dollarsPerHour } from '../cost/container-cost.ts';
import { clientCapacity } from '../regions/client-capacity.ts';
import { ownRegions, type RegionConfig } from '../regions/config.ts';
import { applyAssignments } from '../regions/edits/set.ts';
import { describeProblem } from '../regions/problems.ts';
import { formatTable } from '../regions/table.ts';
import { type Replay, replay } from '../scaling/replay.ts';
import type { AdminClient } from './admin-client.ts';
import { positiveNumber } from './arguments.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { loadRegions } from './regions-file.ts';
import { parseTrace } from './scaling-trace.ts';
import { say } from './wrap.ts';

interface Options extends ConnectionOptions {
  readonly json?: true;
  readonly replay?: string;
  readonly set?: readonly string[];
  readonly startSeconds?: number;
}

/** As the object of a region looks at its server. */
const LOOK_EVERY_MS = 2_000;

const SECONDS_PER_HOUR = 3_600;

/** Before anything is measured: Cloudflare's containers often take 1 to 3 s to start. */
const START_SECONDS = 3;

/** Makes the subcommand. */
export function scalingCommand(): Command {
  return withConnection(new Command('scaling'))
    .description('show how many servers a region needs and why, or replay a load')
    .argument('<id>', 'the region')
    .option('--set <assignment...>', 'with --replay: settings to try, such as weur.members.max=4')
    .option('--replay <file>', 'the load: lines of seconds,clients or what /api/metrics/history answers')
    .option(
      '--start-seconds <number>',
      `with --replay: how long a start takes (${START_SECONDS})`,
      positiveNumber,
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nA replay is of regions/regions.json with what --set changes, asks no edge and\nchanges nothing.',
    )
    .action(async (id: string, options: Options, command: Command) => {
      const { set: assignments = [] } = options;
      if (options.replay !== undefined) return replayed(id, assignments, options.replay, options, command);
      if (assignments.length > 0)
        throw new CommandError(EXIT.usage, '--set is for a replay: give a load with --replay FILE.');
      const scaling = await scalingOf(await openClient(options), id);
      if (options.json) console.log(JSON.stringify(scaling ?? null, null, 2));
      else if (scaling !== undefined) say(scalingText(scaling));
      else say(`${printable(id)} is one server: it has no members in the configuration.`);
    });
}

/** Undefined if the region is one server. */
async function scalingOf(client: AdminClient, id: string): Promise<Scaling | undefined> {
  try {
    return await client.scaling(id);
  } catch (error) {
    if (error instanceof CommandError && error.details?.code === 'no_members') return undefined;
    throw error;
  }
}

function scalingText({ region, settings, decision, rebalance }: Scaling): string {
  const { min, max, freeConnections, windowSeconds, capacity } = settings;
  const head = `${printable(region)}: ${min} to ${max} servers of ${capacity} clients, ${freeConnections} places free, a window of ${windowSeconds} s`;
  if (decision === null) return `${head}\nNothing is decided yet: its server has not been looked at.`;
  const { clients, growth, startMs, free, serving, needed, peak, heldBack, reason } = decision;
  const rows = [
    ['clients', String(clients)],
    ['free', String(free)],
    ['growth', `${growth} in ${(startMs / 1000).toFixed(1)} s, which a start takes`],
    ['servers', `${serving} serve, ${needed} are needed, ${peak} were within the window`],
    ...(rebalance === null || rebalance.state === 'off'
      ? []
      : [['rebalance', `${rebalance.state}: ${printable(rebalance.reason)}`]]),
    ...heldBack.map(({ kind, text }) => ['held back', `${kind}: ${printable(text)}`]),
  ];
  return [head, formatTable(rows.map((row) => ['', ...row])), printable(reason)].join('\n');
}

async function replayed(
  id: string,
  assignments: readonly string[],
  file: string,
  { json, startSeconds = START_SECONDS }: Options,
  command: Command,
): Promise<void> {
  const edited = applyAssignments(await loadRegions(command), assignments);
  if (!edited.ok) {
    const lines = edited.problems.map(describeProblem);
    throw new CommandError(EXIT.usage, ['Nothing was replayed:', ...lines].join('\n  '), {
      details: { code: 'invalid', problems: edited.problems },
    });
  }
  const { lameDuck } = edited.config;
  const regions = ownRegions(edited.config);
  const region = regions.find((each) => each.id === id);
  if (region?.members === undefined) throw new CommandError(EXIT.usage, whyNot(id, region, regions));
  const { windowSeconds, ...settings } = region.members;
  const trace = parseTrace(await readTrace(file), id);
  const result = replay(
    trace,
    { ...settings, windowMs: windowSeconds * 1000, capacity: clientCapacity(region) },
    {
      startMs: startSeconds * 1000,
      lookEveryMs: LOOK_EVERY_MS,
      drainMs: (lameDuck.graceSeconds + lameDuck.durationSeconds) * 1000,
    },
  );
  const dollars = (result.serverSeconds / SECONDS_PER_HOUR) * dollarsPerHour(region.instanceType);
  if (json) {
    const { decisions: _decisions, ...summary } = result;
    console.log(JSON.stringify({ ...summary, dollars }, null, 2));
  } else say(replayText(result, trace[0]?.at ?? 0, dollars));
}

function whyNot(id: string, region: RegionConfig | undefined, regions: readonly RegionConfig[]): string {
  if (region !== undefined) return `${id} is one server: try members with --set ${id}.members.max=4.`;
  return `There is no region ${printable(id)}; known: ${regions.map((each) => each.id).join(', ')}.`;
}

async function readTrace(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.usage, `Cannot read ${file}: ${(cause as Error).message}.`, { cause });
  }
}

function replayText(
  { changes, refused, moved, most, serverSeconds }: Replay,
  beganAt: number,
  dollars: number,
): string {
  const rows = changes.map(({ at, from, to, clients, growth, servers }) => [
    `${Math.round((at - beganAt) / 1000)} s`,
    `${from} -> ${to}`,
    String(clients),
    String(growth),
    `${servers.join(', ')} ${to > from ? 'started' : 'drained'}`,
  ]);
  return [
    ...(rows.length === 0
      ? ['The number of servers never changes.']
      : [formatTable([['AFTER', 'SERVERS', 'CLIENTS', 'EXPECTED', 'WHAT'], ...rows])]),
    `${most} servers at most; ${(serverSeconds / SECONDS_PER_HOUR).toFixed(2)} server hours, $${dollars.toFixed(2)} of memory and disk.`,
    `${moved} clients moved by drains.`,
    refused === 0
      ? 'Every client found room.'
      : `${refused} clients found no room, and would have gone to the next region.`,
  ].join('\n');
}
