// What the commands that measure failures (`npm run outages`, `npm run survival`) share: their last options, what they say
// and keep meanwhile, and how they end.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';

/** The options that `withSharedOptions` adds. */
export interface SharedOptions {
  readonly natsServer?: string;
  readonly json?: string;
  readonly verbose?: true;
}

/** What a command measures with. */
export interface Measuring {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The path of the nats-server program, which may have to be built. */
  natsServer(): Promise<string>;
  progress(text: string): void;
  /** What the Worker and the servers log, if that is wanted. */
  readonly onLog?: (source: string, line: string) => void;
}

export interface MeasuringCommand<J> {
  /** Measures one case after the other. */
  measure(measuring: Measuring): AsyncIterable<J>;
  /** Whether a goal is missed. */
  isMissed(judgement: J): boolean;
  textOf(judgement: J): string;
  /** Said at the end, if there is something to say. */
  summaryOf(judgements: readonly J[]): string | undefined;
}

/** Exit codes. */
const MISSED = 1;
const INTERRUPTED = 130;

export function withSharedOptions(command: Command): Command {
  return command
    .option(
      '--nats-server <path>',
      'the nats-server program (else: NATS_SERVER, PATH, the cache, or downloaded or built on first use)',
    )
    .option('--json <file>', 'keep all figures there')
    .option('--verbose', 'print everything that the Worker and the servers log');
}

/** Sets the exit code: 0 when all goals are met, 1 when one is missed or something fails, 130 after Ctrl-C. */
export async function runMeasuring<J>(options: SharedOptions, command: MeasuringCommand<J>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    const judgements: J[] = [];
    for await (const judgement of command.measure(measuringWith(options, stop.signal))) {
      judgements.push(judgement);
      console.log(`${command.textOf(judgement)}\n`);
      if (options.json !== undefined) await keep(options.json, judgements);
    }
    const summary = command.summaryOf(judgements);
    if (summary !== undefined) console.log(summary);
    if (judgements.some(command.isMissed)) process.exitCode = MISSED;
  } catch (error) {
    process.exitCode = stop.signal.aborted ? INTERRUPTED : MISSED;
    if (!stop.signal.aborted) console.error(`error: ${error instanceof Error ? error.message : error}`);
  }
}

function measuringWith({ natsServer, verbose }: SharedOptions, signal: AbortSignal): Measuring {
  const started = performance.now();
  const progress = (text: string) =>
    console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`);
  return {
    signal,
    natsServer: async () => (await ensureNatsServer({ path: natsServer, log: progress, signal })).path,
    progress,
    ...(verbose && { onLog: (source, line) => console.error(`         ${source}: ${line}`) }),
  };
}

/** After each case, so that an interrupted command has written its results so far. */
async function keep(file: string, judgements: readonly unknown[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ judgements }, null, 2)}\n`);
}
