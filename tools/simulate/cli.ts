// `npm run simulate -- ...`: scores the routing decision against measured round trips. Reads options and files,
// prints, and writes maps.

import { styleText } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { compare } from './compare.ts';
import { writeMaps } from './map-files.ts';
import { oracle } from './oracle.ts';
import { comparisonOf, oracleReportOf, reportOf } from './report.ts';
import { simulate } from './result.ts';
import type { Scenario } from './scenario.ts';
import { readConfig, readScenarios } from './scenario-files.ts';
import { setupOf, setupWith } from './setup.ts';
import { SimulateError } from './simulate-error.ts';

interface Options {
  readonly scenario: readonly string[];
  readonly config?: string;
  readonly compare?: readonly string[];
  readonly map?: string;
  readonly json?: true;
  readonly seed: number;
  readonly noise: number;
  readonly outliers: number;
  readonly drift: number;
  readonly every: number;
  readonly asleep: number;
  readonly runs: number;
  readonly oracle?: true;
}

const program = new Command('npm run simulate --')
  .description(
    'Scores how Meridian chooses regions against measured round trips: share of clients given their best region, regret (round trip to the chosen region less that to the best), by continent, while learning, and next to simple policies.',
  )
  .requiredOption('--scenario <paths...>', 'scenario files, or folders of them (may be repeated)')
  .option('--config <file>', 'the regions and settings of a region file, in place of the defaults')
  .option('--compare <files...>', 'two region files: which clients move from the first to the second')
  .option('--map <path>', 'write an SVG map: a file, or with several scenarios one per scenario, NAME added')
  .option('--json', 'print JSON')
  .option('--seed <number>', 'seed of the noise', parseSeed, 1)
  .option(
    '--noise <share>',
    'standard deviation of a measurement, as a share of the round trip',
    parseShare,
    0.2,
  )
  .option('--outliers <share>', 'share of the measurements that take ten times as long', parseShare, 0)
  .option(
    '--drift <ms>',
    'a second day, on which the path to the region chosen on the first is longer by this',
    parseDrift,
    0,
  )
  .option('--every <seconds>', 'seconds between two visits to a data center', parseEvery, 30)
  .option('--asleep <share>', 'chance of each region to sleep, and not to be measured', parseShare, 0)
  .option('--runs <number>', 'how often each client learns, with other noise', parseRuns, 10)
  .option(
    '--oracle',
    'print instead what the best rule there could be leaves after 10 rounds, by how much it flips',
  )
  .addHelpText(
    'after',
    `
A scenario is a JSON file:
  { "name", "regions": [{ "id", "latitude", "longitude" }],
    "clients": [{ "id", "country", "continent", "latitude", "longitude",
                  "rttMs": { "<region>": <ms> } }] }

Exit code 0 when simulated, 1 when an option or a file is wrong.`,
  )
  .allowExcessArguments(false)
  .showHelpAfterError('Try --help.');

/** More digits than any of the measurements has. */
const JSON_DIGITS = 6;

await main(program.parse().opts<Options>());

async function main(options: Options): Promise<void> {
  try {
    if (options.compare === undefined) await runSimulation(options);
    else await runComparison(options, options.compare);
  } catch (error) {
    if (!(error instanceof SimulateError)) throw error;
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}

async function runSimulation({ scenario, config, map, json, ...options }: Options): Promise<void> {
  const scenarios = await readScenarios(scenario);
  const regions = config === undefined ? undefined : await readConfig(config);
  const setups = scenarios.map((each) => (regions === undefined ? setupOf(each) : setupWith(each, regions)));
  if (options.oracle) {
    const results = setups.map((setup) => ({ name: setup.name, results: oracle(setup, options) }));
    if (json) printJson({ oracles: results });
    else console.log(results.map((each) => oracleReportOf(each.name, each.results, bold)).join('\n\n'));
    return;
  }
  const learning = {
    ...options,
    driftMs: options.drift,
    visitEveryMs: options.every * 1_000,
  };
  const simulated = setups.map((setup) => ({ setup, ...simulate(setup, learning) }));
  if (json) printJson({ scenarios: simulated.map(({ result }) => result) });
  else console.log(simulated.map(({ result }) => reportOf(result, bold)).join('\n\n\n'));
  if (map === undefined) return;
  for (const file of await writeMaps(map, simulated)) console.error(`wrote ${file}`);
}

async function runComparison(
  { scenario, config, map, json }: Options,
  files: readonly string[],
): Promise<void> {
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new SimulateError(`--compare takes two region files, and was given ${files.length}`);
  }
  if (config !== undefined || map !== undefined) {
    throw new SimulateError(
      `--compare does not go together with ${config === undefined ? '--map' : '--config'}`,
    );
  }
  const scenarios = await readScenarios(scenario);
  const [first, second] = await Promise.all([readConfig(before), readConfig(after)]);
  const comparisons = scenarios.map((each: Scenario) =>
    compare(setupWith(each, first), setupWith(each, second)),
  );
  if (json) printJson({ comparisons });
  else console.log(comparisons.map((comparison) => comparisonOf(comparison, bold)).join('\n\n\n'));
}

function printJson(value: unknown): void {
  const round = (_key: string, item: unknown) =>
    typeof item === 'number' ? Number(item.toFixed(JSON_DIGITS)) : item;
  console.log(JSON.stringify(value, round, 2));
}

function bold(text: string): string {
  return styleText('bold', text);
}

function parseSeed(text: string): number {
  return parseNumber(text, (seed) => Number.isSafeInteger(seed) && seed >= 0, 'a whole number.');
}

function parseShare(text: string): number {
  return parseNumber(text, (share) => share >= 0 && share <= 1, 'a share from 0 to 1, such as 0.2.');
}

function parseDrift(text: string): number {
  return parseNumber(text, (ms) => ms >= 0 && ms <= 1_000, 'milliseconds from 0 to 1000, such as 60.');
}

function parseEvery(text: string): number {
  return parseNumber(
    text,
    (seconds) => seconds >= 30 && seconds <= 3_600,
    'seconds from 30 (a data center measures no more often) to 3600.',
  );
}

function parseRuns(text: string): number {
  return parseNumber(
    text,
    (runs) => Number.isInteger(runs) && runs >= 1 && runs <= 1000,
    'a whole number, 1 to 1000.',
  );
}

function parseNumber(text: string, accepts: (value: number) => boolean, expected: string): number {
  const value = Number(text);
  if (text.trim() === '' || !accepts(value)) throw new InvalidArgumentError(`Should be ${expected}`);
  return value;
}
