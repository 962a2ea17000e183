// The command `npm run loadtest`, as cli.ts starts it: reads the arguments, runs a script or compares or merges runs,
// and exits with the resulting code.

import { Command } from 'commander';
import { SummaryError } from '../report/report-files.ts';
import { compareRuns } from './compare-command.ts';
import { helpTopics } from './help-text.ts';
import { type Interrupts, watchInterrupts } from './interrupts.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import { mergeRuns } from './merge-command.ts';
import { outliveReaders } from './outlive-readers.ts';
import { planRun } from './plan-command.ts';
import type { RunOptions } from './run.ts';
import { run } from './run.ts';
import { parseRunner, parseRunners } from './segments.ts';
import { parseRegions } from './target-regions.ts';

outliveReaders(process);
const interrupts = watchInterrupts();
process.exit(await main(process.argv, interrupts));

async function main(argv: readonly string[], signals: Interrupts): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = await commandWith(signals, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (signals.stop.aborted) return EXIT.interrupted;
    if (error instanceof SummaryError) return fail(error.message);
    if (error instanceof LoadtestError) return fail(error.message, error.exitCode);
    return fail(explain(error));
  }
}

async function commandWith(signals: Interrupts, done: (exitCode: number) => void): Promise<Command> {
  const program = new Command('npm run loadtest --')
    .description('Measures Meridian with k6: a local stack, started for the run, or the deployment at --url.')
    .argument('[script]', 'what to measure; without it, this help')
    .option('--url <url>', 'the edge to measure, instead of a local stack')
    .option('--profile <name>', 'how much load', 'smoke')
    .option('--regions <ids>', 'only these regions, such as wnam,weur', (text: string) => parseRegions(text))
    .option('--report <folder>', 'where the report goes (default: .meridian/reports/<script>-<time>)')
    .option('--site <name>', 'where k6 runs, to tell the runs of several sites apart')
    .option('--wan', 'add the latency of real distances to the local stack')
    .option('--k6 <path>', 'the k6 program (else: K6, PATH, the cache, or downloaded or built on first use)')
    .option('--out <kind>', 'a further output of k6, such as web-dashboard (may be repeated)', collect)
    .option('--runner <k/n>', 'which of several k6 this is that share one run, such as 2/3', parseRunner)
    .option('-e, --env <KEY=VALUE>', 'for the script, as of k6 itself (may be repeated)', collect)
    .addHelpText('after', await helpTopics())
    .showHelpAfterError('Try --help.')
    .allowExcessArguments(false)
    .action(async (script: string | undefined, options: RunOptions) => {
      if (script === undefined) program.outputHelp();
      else done(await run(script, options, signals));
    });
  program
    .command('compare <before> <after>')
    .description('show the significant differences between two runs')
    .option('--json', 'print JSON')
    .option('--html <file>', 'write a page that shows both in the same charts')
    .option('--fail-on-worse', 'exit with 1 when something is worse')
    .action(async (before: string, after: string, options) =>
      done(await compareRuns(before, after, options)),
    );
  program
    .command('merge <folders...>')
    .description('make one report of runs at several sites')
    .action(async (folders: readonly string[]) =>
      done(await mergeRuns(folders, program.opts<RunOptions>().report)),
    );
  program
    .command('plan <script>')
    .description('write what several k6 need to share one run: for the k6-operator, and by hand')
    .requiredOption('--runners <n>', 'how many k6 share the run', parseRunners)
    .option('--out-dir <folder>', 'where to write it (default: .meridian/plans/<script>)')
    .option('--dry-run', 'print it instead')
    .action(async (script: string, options) =>
      done(await planRun(script, options, program.opts<RunOptions>())),
    );
  return program;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The message with its cause; for a bug in this program also its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause, stack } = error;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return stack ?? message;
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message}\n  because: ${cause.message}`
    : message;
}

function fail(message: string, exitCode: number = EXIT.failed): number {
  console.error(`error: ${message}`);
  return exitCode;
}
