// `npm run survival -- [options]`: JetStream servers are struck one after the other; what is left of what was acknowledged?

import { Command, InvalidArgumentError, Option } from 'commander';
import { type Measuring, runMeasuring, type SharedOptions, withSharedOptions } from '../outages/measuring.ts';
import { listOf, numberOf, rangeOf } from '../outages/options.ts';
import type { Judgement } from './judge.ts';
import { JETSTREAM_REGIONS } from './measure.ts';
import { KINDS, type Kind, plansOf } from './plan.ts';
import { runText, summaryText } from './report.ts';
import { runPlan } from './run.ts';

interface Options extends SharedOptions {
  readonly runs: number;
  readonly seed: string;
  readonly only?: readonly number[];
  readonly kinds: readonly Kind[];
  readonly k: readonly number[];
  readonly gap: { readonly from: number; readonly to: number };
  readonly turn: number;
  readonly before: number;
  readonly whole: number;
  readonly rpo: number;
}

const MOST_RUNS = 1_000;

const program = new Command('npm run survival --')
  .description(
    'Strikes two or three of three JetStream servers on this machine, at a distance in time, while publishers and consumers work, and counts what was acknowledged and is lost. Each run gets a new stack.',
  )
  .option('--runs <number>', 'how many runs', numberOf(1), 50)
  .option('--seed <text>', 'draws the order and the distances of the runs', 'meridian')
  .addOption(
    new Option('--only <range>', 'only these of the runs, such as 7 or 1..10').argParser(rangeOf(MOST_RUNS)),
  )
  .addOption(
    new Option('--kinds <list>', 'what is done to the servers')
      .default(KINDS, KINDS.join())
      .argParser(listOf(KINDS)),
  )
  .addOption(
    new Option('--k <range>', 'how many are struck')
      .default([2, 3], '2,3')
      .argParser(rangeOf(JETSTREAM_REGIONS.length)),
  )
  .addOption(
    new Option('--gap <seconds>', 'how far apart, such as 3 or 1..6')
      .default({ from: 0, to: 20 }, '0..20')
      .argParser(parseGap),
  )
  .option('--turn <number>', 'jetstream.turnSeconds: from one terminated server to the next', numberOf(0), 60)
  .option('--before <number>', 'how long to publish before the first, in seconds', numberOf(1), 12)
  .option(
    '--whole <number>',
    'how long to wait for the stream to be whole again, in seconds',
    numberOf(1),
    90,
  )
  .option(
    '--rpo <number>',
    'goal: what was acknowledged so many seconds before acknowledgements ended is restored after a loss of all',
    numberOf(0),
    10,
  );

withSharedOptions(program)
  .addHelpText(
    'after',
    `
killed: SIGKILL; terminated: SIGTERM, as at a deploy; hung: SIGSTOP; drained: through the API; mixed: each in another way.
"while held": a server held the message, and it is lost all the same. "beyond RPO": no server was left that held it,
and it was not restored. "again": a consumer was given what it had acknowledged; "doubled": so, but sent before that, by
a server that hung. "in silence": nothing was acknowledged, and every page said that all was well.
Examples:
  npm run survival -- --runs 10 --kinds killed --k 2 --gap 1..6
  npm run survival -- --only 7 --verbose
Ends with 0 when all goals are met, 1 when one is missed. Ctrl-C stops everything; nothing is left.
A run takes about a minute, and three where servers are terminated.`,
  )
  .allowExcessArguments(false);

const options = program.parse().opts<Options>();
await runMeasuring(options, {
  measure,
  isMissed: ({ missed }) => missed.length > 0,
  textOf: runText,
  summaryOf: summaryText,
});

async function* measure(measuring: Measuring): AsyncGenerator<Judgement> {
  const { signal, progress, onLog } = measuring;
  const plans = plansOf(options).filter(({ run }) => options.only?.includes(run) ?? true);
  if (plans.length === 0) throw new Error(`--only names none of the ${options.runs} runs`);
  const natsServer = await measuring.natsServer();
  for (const plan of plans) {
    signal.throwIfAborted();
    yield await runPlan(plan, {
      natsServer,
      goals: { rpoMs: options.rpo * 1_000 },
      turnSeconds: options.turn,
      beforeMs: options.before * 1_000,
      wholeWithinMs: options.whole * 1_000,
      signal,
      progress,
      ...(onLog && { onLog }),
    });
  }
}

/** Seconds: `3` or `1..6`. */
function parseGap(text: string): Options['gap'] {
  const [first = '', last = first, ...more] = text.split('..');
  const [from, to] = [Number(first), Number(last)];
  const isRange = [first, last].every((each) => each.trim() !== '') && more.length === 0;
  if (!isRange || !Number.isFinite(from) || !Number.isFinite(to) || from < 0 || to < from)
    throw new InvalidArgumentError('Should be seconds such as 3, or a range such as 1..6.');
  return { from, to };
}
