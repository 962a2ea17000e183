// `npm run cost -- ...`: what a configuration would cost in a month under a load, by driver and region, and what stands beside
// it. Asks nobody, unless the load is to be that of a running edge.

import { Command, InvalidArgumentError } from 'commander';
import { focusCsv } from '../../cost/focus.ts';
import { staleText } from '../../cost/stale.ts';
import type { TrafficOptions } from '../../cost/traffic-options.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { type ConnectionOptions, withConnection } from '../connection.ts';
import { CommandError, EXIT, EXIT_CODES_HELP } from '../exit.ts';
import { openClient } from '../live.ts';
import { runProgram } from '../program.ts';
import { loadConfig, REGIONS_FILE } from '../regions-file.ts';
import { say } from '../wrap.ts';
import { answerOf } from './answer.ts';
import { type CostAnswer, costText, curveText } from './cost-text.ts';
import { decimal } from './decimal.ts';
import { type Measured, measuredTraffic } from './measured.ts';
import { trafficFor, type WhatIf, whatIf } from './what-if.ts';

interface Options extends ConnectionOptions, WhatIf, Omit<TrafficOptions, 'shares'> {
  readonly file: string;
  readonly measured?: true;
  readonly curve?: true;
  readonly json?: true;
  readonly csv?: true;
}

/** Of a day the edge tells each fourth minute, of an hour all: an edge that has just begun has little to tell of a day. */
const MINUTES_BACK = [24 * 60, 60] as const;

/** What of the options is of the load. */
const LOAD = [
  'clients',
  'messages',
  'size',
  'fanOut',
  'hours',
  'connects',
  'streams',
  'storedShare',
  'storedGb',
  'sessionHours',
  'meshBytesRatio',
  'scrapesPerMinute',
  'logSamplingRate',
] as const satisfies readonly (keyof TrafficOptions)[];

const program = withConnection(new Command('npm run cost --'))
  .usage('[options]')
  .description(
    'What regions.json would cost in a month: by driver and region, low, mid and high, and elsewhere.',
  )
  .option('--clients <number>', 'clients that are connected at the same time (0)', numberOf)
  .option('--messages <number>', 'messages that all of them publish in a second (0)', numberOf)
  .option('--size <bytes>', 'bytes of a message (128)', numberOf)
  .option('--fan-out <number>', 'how many clients get a message (1)', numberOf)
  .option('--hours <number>', 'hours of a day in which there are clients (24)', numberOf)
  .option('--connects <number>', 'how often a client connects in a day (4)', numberOf)
  .option(
    '--regions <id...>',
    'only these regions, each with its share of the clients if given: weur=60 oc=40',
  )
  .option('--sleep', 'all regions may sleep while they have no clients, without JetStream')
  .option('--set <assignment...>', 'settings to try, such as weur.instanceType=basic')
  .option('--streams <number>', 'streams that are written to all the time (0)', numberOf)
  .option('--stored-share <number>', 'of the messages, how many are stored in a stream: 0 to 1 (0)', numberOf)
  .option('--stored-gb <number>', 'GB of them that R2 keeps (0)', numberOf)
  .option('--session-hours <number>', 'hours of all sessions together, in a month (0)', numberOf)
  .option('--mesh-bytes-ratio <number>', 'bytes between servers, of what the messages have (1)', numberOf)
  .option('--scrapes-per-minute <number>', 'of /metrics, by all who scrape it (0)', numberOf)
  .option(
    '--log-sampling-rate <number>',
    'of Workers Logs, as head_sampling_rate in wrangler.toml; 0: off (1)',
    numberOf,
  )
  .option('--measured', 'the load of the last day of a running edge, where no option says otherwise')
  .option('--file <file>', 'the configuration', REGIONS_FILE)
  .option('--curve', 'the cost by messages a second too, here and elsewhere')
  .option('--json', 'print all of it as JSON')
  .option('--csv', 'print it as CSV, in the columns of FOCUS 1.2')
  .addHelpText(
    'after',
    `
$ npm run cost -- --clients 1000 --messages 100 --fan-out 10
$ npm run cost -- --clients 50 --hours 8 --sleep --regions weur=80 enam=20
$ npm run cost -- --clients 1000 --set weur.instanceType=standard-2 --json
$ npm run cost -- --clients 1000 --csv > cost.csv

Dollars are list prices, and this is no invoice: docs/cost.md says what is
counted, and what is not. With --measured it ends with 7 if nobody has been
connected in the last day.
${EXIT_CODES_HELP}`,
  )
  .action(async (options: Options, command: Command) => {
    if (options.json && options.csv) throw new CommandError(EXIT.usage, 'Either --json or --csv.');
    if (options.csv && options.curve)
      throw new CommandError(
        EXIT.usage,
        'Either --csv or --curve: rows of a bill have no place for a curve; --json has it.',
      );
    const file = await loadConfig(command, options.file);
    const { config, shares } = whatIf(file, options);
    const measured = options.measured ? within(await measuredOf(options), config) : {};
    const given = Object.fromEntries(
      LOAD.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])),
    );
    // What was measured goes together; with what is given beside it it is held against it.
    const source = options.measured && given.clients === undefined ? 'measured' : 'asked';
    const load = { ...measured, ...given, ...(shares !== undefined && { shares }) };
    const traffic = trafficFor(load, config, given.fanOut === undefined ? source : 'asked');
    print(answerOf(config, traffic, Date.now()), config, options);
  });
await runProgram(program, []);

function numberOf(text: string): number {
  const value = decimal(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError('It must be a number, such as 1000 or 0.5.');
  if (value < 0) throw new InvalidArgumentError('It must not be negative.');
  return value;
}

async function measuredOf(options: ConnectionOptions): Promise<Measured> {
  const client = await openClient(options);
  for (const minutes of MINUTES_BACK) {
    const measured = measuredTraffic(await client.metricsHistory(minutes));
    if (measured !== undefined) return measured;
  }
  throw new CommandError(
    EXIT.unknown,
    'The edge knows of no clients in the last day, so there is no load to take: give it with --clients and --messages.',
  );
}

/** Clients of regions that are left out of the question are distributed as the others are. */
function within(measured: Measured, { regions }: MeridianConfig): TrafficOptions {
  const { shares, ...rest } = measured;
  const kept = regions.map(({ id }) => [id, shares[id] ?? 0] as const);
  return kept.some(([, share]) => share > 0) ? { ...rest, shares: Object.fromEntries(kept) } : rest;
}

function print(answer: CostAnswer, config: MeridianConfig, { csv, json, curve }: Options): void {
  if (csv) {
    process.stdout.write(csvOf(answer, config));
    // A table has no place for it, and what is piped stays a table.
    for (const line of staleText(answer.prices.cloudflare)) console.error(line);
  } else if (json) console.log(jsonOf(answer));
  else say(curve ? `${costText(answer)}\n\n${curveText(answer)}` : costText(answer));
}

function jsonOf(answer: CostAnswer): string {
  const traffic = { ...answer.traffic, shares: Object.fromEntries(answer.traffic.shares) };
  return JSON.stringify({ ...answer, traffic }, null, 2);
}

function csvOf({ cost }: CostAnswer, { cluster, regions }: MeridianConfig): string {
  const regionNames = new Map(regions.map(({ id, name }) => [id, name]));
  return focusCsv(cost, { cluster, regionNames, now: Date.now() });
}
