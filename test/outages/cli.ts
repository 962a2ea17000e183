// `npm run outages -- [options]`: measures from outside what clients see while regions are killed, hang or are full.

import { Command, InvalidArgumentError, Option } from 'commander';
import { cityNamed, PLACES, type Place, REGIONS } from '../support/data/places.ts';
import { CLIENT_KINDS, type ClientKind, type Program, readyProgram } from './clients/programs.ts';
import { combinationsOf, OUTAGE_KINDS, type OutageKind, WHERES, type Where } from './combination.ts';
import { isMissed, type Judgement } from './judge.ts';
import { crowdLoad, usualLoad } from './load.ts';
import { type Measuring, runMeasuring, type SharedOptions, withSharedOptions } from './measuring.ts';
import { listOf, numberOf, rangeOf } from './options.ts';
import { combinationText, summaryText } from './report.ts';
import { runCombination } from './run.ts';

interface Options extends SharedOptions {
  readonly kinds: readonly OutageKind[];
  readonly k: readonly number[];
  readonly where: readonly Where[];
  readonly clients: readonly ClientKind[];
  readonly observer: Place;
  readonly seconds: number;
  readonly recovery: number;
  readonly rate: number;
  readonly lasting: number;
  readonly crowd?: number;
  readonly seed: string;
  readonly maxConnections: number;
  readonly maxRefused: number;
  readonly maxServedMs: number;
  readonly maxHungMs: number;
  readonly maxHomeMs: number;
  readonly maxAstray: number;
  readonly wan?: true;
}

/** One region has to be left. */
const MOST = REGIONS.length - 1;
const ALL = `1..${MOST}`;

/** Two cores connect about 70 clients in a second, with the whole world on them. */
const CROWD_SECONDS = 45;

const program = new Command('npm run outages --')
  .description(
    'Measures what clients see while regions fail: of six regions on this machine k are killed, hang or are full, while clients of three libraries come, go and stay. Each combination gets a new stack.',
  )
  .addOption(
    new Option('--kinds <list>', 'how they fail')
      .default(OUTAGE_KINDS, OUTAGE_KINDS.join())
      .argParser(listOf(OUTAGE_KINDS)),
  )
  .addOption(
    new Option('--k <range>', 'how many fail, such as 3 or 1,3,5')
      .default(rangeOf(MOST)(ALL), ALL)
      .argParser(rangeOf(MOST)),
  )
  .addOption(
    new Option('--where <list>', 'which, as the observer sees them')
      .default(WHERES, WHERES.join())
      .argParser(listOf(WHERES)),
  )
  .addOption(
    new Option('--clients <list>', 'which libraries')
      .default(CLIENT_KINDS, CLIENT_KINDS.join())
      .argParser(listOf(CLIENT_KINDS)),
  )
  .addOption(
    new Option('--observer <city>', 'the city by which regions are near or far')
      .default(cityNamed('Sydney'), 'Sydney')
      .argParser(parseCity),
  )
  .option('--seconds <number>', `how long an outage lasts (with --crowd: ${CROWD_SECONDS})`, numberOf(1), 15)
  .option('--recovery <number>', 'how long to watch once the servers are back, in seconds', numberOf(0), 15)
  .option('--rate <number>', 'clients of each library that come in a second', numberOf(0), 8)
  .option('--lasting <number>', 'clients of each library that stay, in each of the cities', numberOf(0), 2)
  .option(
    '--crowd <number>',
    'instead: so many clients of nats.js in the cities of one region, which is killed (or what --kinds, --k and --where say)',
    numberOf(1),
  )
  .option('--seed <text>', 'draws the regions of "mixed"', 'meridian')
  .option('--max-connections <number>', 'of every region, where regions are filled', numberOf(1), 150)
  .option(
    '--max-refused <number>',
    'goal: connects that fail though a healthy region is there',
    numberOf(0),
    0,
  )
  .option('--max-served-ms <number>', 'goal: a client that comes is served, p99', numberOf(0), 1_500)
  .option('--max-hung-ms <number>', 'goal: without service on a server that hangs, p99', numberOf(0), 10_000)
  .option('--max-home-ms <number>', 'goal: at home again after its return, every city', numberOf(0), 10_000)
  .option(
    '--max-astray <share>',
    'goal: of those on a killed region, elsewhere than the ranking says',
    numberOf(0),
    0.05,
  )
  .option('--wan', 'with the latency of real distances, for clients and between regions');

withSharedOptions(program)
  .addHelpText(
    'after',
    `
Examples:
  npm run outages -- --kinds hung --k 1,3,5 --where near
  npm run outages -- --crowd 2000
Ends with 0 when all goals are met, 1 when one is missed. Ctrl-C stops everything; nothing is left.
The Go and the Python client need go and python3 on PATH; they are made once and kept in the cache.`,
  )
  .allowExcessArguments(false);

const asked = program.parse().opts<Options>();
const options = asked.crowd === undefined ? asked : forCrowd(asked);
await runMeasuring(options, {
  measure,
  isMissed,
  textOf: combinationText,
  summaryOf: (judgements) => (judgements.length > 1 ? summaryText(judgements) : undefined),
});

async function* measure(measuring: Measuring): AsyncGenerator<Judgement> {
  const { signal, progress, onLog } = measuring;
  const natsServer = await measuring.natsServer();
  const programs = await readyPrograms(options.clients, progress);
  for (const combination of combinationsOf(options)) {
    signal.throwIfAborted();
    yield await runCombination(combination, {
      natsServer,
      programs,
      observer: options.observer,
      seed: options.seed,
      wan: options.wan === true,
      load: options.crowd === undefined ? usualLoad(options) : crowdLoad(options, options.crowd),
      outageMs: options.seconds * 1_000,
      recoveryMs: options.recovery * 1_000,
      goals: options,
      maxConnections: options.maxConnections,
      signal,
      progress,
      ...(onLog && { onLog }),
    });
  }
}

async function readyPrograms(
  kinds: readonly ClientKind[],
  log: (line: string) => void,
): Promise<ReadonlyMap<ClientKind, Program>> {
  const programs = new Map<ClientKind, Program>();
  for (const kind of kinds) programs.set(kind, await readyProgram(kind, log));
  return programs;
}

/** The defaults for a crowd: one combination, for a long time. */
function forCrowd(options: Options): Options {
  const chosen = <K extends keyof Options>(name: K, usual: Options[K]): Options[K] =>
    program.getOptionValueSource(name) === 'default' ? usual : options[name];
  return {
    ...options,
    clients: ['nats.js'],
    kinds: chosen('kinds', ['killed']),
    k: chosen('k', [1]),
    where: chosen('where', ['near']),
    seconds: chosen('seconds', CROWD_SECONDS),
    // On one machine, those who come have to wait for the crowd.
    maxServedMs: chosen('maxServedMs', options.maxHungMs),
  };
}

function parseCity(name: string): Place {
  if (!PLACES.some(({ city }) => city === name))
    throw new InvalidArgumentError(`There are ${PLACES.map(({ city }) => city).join(', ')}.`);
  return cityNamed(name);
}
