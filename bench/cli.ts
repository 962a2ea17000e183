// `npm run bench -- [names...]`: runs the benchmarks, prints their results, and keeps them as JSON.

import { Command, InvalidArgumentError } from 'commander';
import { BinaryError } from '../local/binaries/binary-error.ts';
import { ensureNatsServer } from '../local/binaries/nats-server.ts';
import { readMachine } from '../local/machine.ts';
import { sweepDeadRuns } from '../local/run-folder.ts';
import { BENCHMARK_NAMES, BENCHMARKS, type BenchmarkName } from './benchmarks.ts';
import { markdownReport, textReport } from './report.ts';
import type { BenchResult } from './result.ts';
import { defaultRunFile, keepRun, writeResults } from './run-file.ts';
import { readVersions } from './versions.ts';

interface Options {
  readonly rounds?: number;
  readonly json?: string;
  readonly quick?: true;
  readonly write?: true;
  readonly natsServer?: string;
  readonly cpuProfile?: string;
}

const ROUNDS = 5;
const QUICK_ROUNDS = 2;

/** Exit codes. */
const FAILED = 1;
const INTERRUPTED = 130;

const program = new Command('npm run bench --')
  .description('Measures Meridian on this machine, compared with controls that do the same without it.')
  .argument('[names...]', `benchmarks to run, of ${BENCHMARK_NAMES.join(', ')}; all if none is given`)
  .option(
    '--rounds <number>',
    `rounds of every contestant (default: ${ROUNDS}, quick: ${QUICK_ROUNDS})`,
    parseRounds,
  )
  .option('--quick', 'fewer rounds, sizes and clients: checks that everything works')
  .option('--json <file>', 'where to keep the results (default: .meridian/bench/<time>.json)')
  .option('--write', 'put the results into docs/performance.md')
  .option(
    '--nats-server <path>',
    'the nats-server program (else: NATS_SERVER, PATH, the cache, or downloaded or built on first use)',
  )
  .option('--cpu-profile <folder>', 'write CPU profiles of the engine and the clients; costs some speed')
  .addHelpText(
    'after',
    '\nDo not use the machine for anything else meanwhile.\nCtrl-C stops everything and leaves nothing behind.',
  );

await main(program.parse().args, program.opts<Options>());

async function main(args: readonly string[], options: Options): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    await run(namesOf(args), options, stop.signal);
  } catch (error) {
    process.exitCode = stop.signal.aborted ? INTERRUPTED : FAILED;
    if (!stop.signal.aborted) console.error(explain(error));
  }
}

async function run(names: readonly BenchmarkName[], options: Options, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const progress = (text: string) =>
    console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`);
  const time = new Date().toISOString();
  const { path: natsServer } = await ensureNatsServer({
    ...(options.natsServer !== undefined && { path: options.natsServer }),
    log: progress,
    signal,
  });
  await sweepDeadRuns();
  const results: BenchResult[] = [];
  const quick = options.quick === true;
  for (const name of names) {
    signal.throwIfAborted();
    results.push(
      await BENCHMARKS[name]({
        rounds: options.rounds ?? (quick ? QUICK_ROUNDS : ROUNDS),
        quick,
        natsServer,
        signal,
        profile: options.cpuProfile,
        progress: (text) => progress(`${name}: ${text}`),
      }),
    );
  }
  const report = { time, machine: readMachine(), versions: await readVersions(natsServer), results };
  const file = options.json ?? defaultRunFile(time);
  await keepRun(file, report);
  console.log(textReport(report));
  if (options.write) await writeResults(markdownReport(report));
  progress(`kept in ${file}`);
}

function namesOf(args: readonly string[]): readonly BenchmarkName[] {
  const unknown = args.filter((name) => !isBenchmark(name));
  if (unknown.length > 0)
    program.error(
      `error: there is no benchmark ${unknown.join(', ')}; there are ${BENCHMARK_NAMES.join(', ')}`,
    );
  return args.length === 0 ? BENCHMARK_NAMES : args.filter(isBenchmark);
}

function isBenchmark(name: string): name is BenchmarkName {
  return Object.hasOwn(BENCHMARKS, name);
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new InvalidArgumentError('Should be a whole number, 1 or more.');
  return rounds;
}

function explain(error: unknown): string {
  if (error instanceof BinaryError) return `error: ${error.message}`;
  return error instanceof Error ? `error: ${error.message}` : String(error);
}
