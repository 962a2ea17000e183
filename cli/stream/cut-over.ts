// `regions stream cut-over`: a copy of a stream becomes a stream of its own.

import type { NatsConnection } from '@nats-io/nats-core';
import { Command, InvalidArgumentError } from 'commander';
import { DURATION_PATTERN, parseDurationMs } from '../../regions/duration.ts';
import { confirm } from '../confirm.ts';
import { CommandError, EXIT } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { printable } from '../printable.ts';
import { progressOn } from '../progress.ts';
import { say, wrapped } from '../wrap.ts';
import { connectToServers } from './connect.ts';
import { type CutOverPlan, planCutOver } from './cut-over-plan.ts';
import { CutOverRefused } from './cut-over-refused.ts';
import { type CutOverResult, cutOver } from './cut-over-stream.ts';
import { cutOverBefore } from './promotion.ts';
import { STREAM_NOT_FOUND, StreamApi, StreamApiError, StreamSilentError } from './stream-api.ts';

/** As nats-server has it. */
const STREAM_NAME = /^[^\s.*>/\\\p{Cc}]+$/u;

/** Tokens with dots between; JetStream's own and the system's are nobody else's, and neither is everything. */
const SUBJECT = /^(?!\$(?:JS|SYS)\.|>$)[^\s.]+(?:\.[^\s.]+)*$/;

interface Options {
  readonly nats?: string;
  readonly subjects?: readonly string[];
  readonly publishersStopped?: true;
  readonly timeout: number;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Makes the subcommand. */
export function cutOverCommand(): Command {
  return new Command('cut-over')
    .description(
      'make a stream that mirrors or sources another one a stream of its own, once it lacks nothing',
    )
    .argument('<stream>', 'the copy')
    .option('--nats <url>', 'servers that hold the copy (default: NATS_URL, else the edge)')
    .option('--subjects <list>', 'what it takes from then on (default: what its origin takes)', listOf)
    .option('--publishers-stopped', 'nobody publishes any more: leave the origin as it is')
    .option('--timeout <duration>', 'how long to wait until it lacks nothing', msOf, 60_000)
    .option('--dry-run', 'only look, and say what would be done')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the outcome as JSON')
    .addHelpText(
      'after',
      `
The subjects are taken from the origin first, so that nothing is stored there
any more: who publishes meanwhile is not acknowledged, and has to publish again,
as clients of JetStream do. Whatever fails gives them back.

Credentials: NATS_CREDS (a file), NATS_TOKEN, or NATS_USER and NATS_PASSWORD.`,
    )
    .action(async (name: string, options: Options) => {
      if (!STREAM_NAME.test(name))
        throw new CommandError(
          EXIT.usage,
          'That is no name of a stream: no spaces, dots, stars, slashes or `>`.',
        );
      const connection = await connectToServers(options.nats);
      try {
        await run(connection, name, options);
      } catch (error) {
        throw commandError(error, name);
      } finally {
        await connection.close();
      }
    });
}

async function run(connection: NatsConnection, name: string, options: Options): Promise<void> {
  const { dryRun, json, publishersStopped = false, subjects, timeout } = options;
  const copy = new StreamApi(connection, name);
  const before = cutOverBefore(await copy.info());
  if (before !== undefined) {
    if (json) console.log(JSON.stringify({ outcome: 'already', ...before }, null, 2));
    else say(`${name} is a stream of its own already: it was a copy of ${before.from}. Nothing was changed.`);
    return;
  }
  const apiOf = (of: string, prefix: string | undefined) => new StreamApi(connection, of, prefix);
  const plan = await planCutOver(copy, apiOf, subjects);
  const text = planText(name, plan, publishersStopped);
  if (dryRun) {
    if (json) console.log(JSON.stringify({ outcome: 'would-do', ...planFigures(plan) }, null, 2));
    else say(`${text}\nNothing was changed.`);
    return;
  }
  if (!json) say(text);
  else if (!options.yes) console.error(wrapped(text, process.stderr));
  await confirm(`Cut ${name} over?`, options);
  const progress = progressOn(process.stderr);
  let running: Promise<string> = Promise.resolve('');
  const result = await interruptible(
    (signal) => {
      const onProgress = (words: string) => progress.show(words, undefined);
      const work = cutOver(copy, plan, { publishersStopped, timeoutMs: timeout, signal, onProgress });
      running = work.then(
        () => 'It was done before it could be stopped.',
        (error: unknown) =>
          error instanceof CutOverRefused ? error.message : 'Stopped: nothing has changed.',
      );
      return work;
    },
    async () => console.error(printable(await running)),
  );
  progress.end();
  if (json) console.log(JSON.stringify({ outcome: 'done', ...planFigures(plan), ...result }, null, 2));
  else say(doneText(name, plan, result, publishersStopped));
  if (result.leftAt === undefined) process.exitCode = EXIT.unknown;
  else if (result.leftAt.length > 0) process.exitCode = EXIT.refused;
}

function planFigures({ copy, origins, subjects, lag, warnings }: CutOverPlan) {
  return {
    stream: copy.config.name,
    origins: origins.map(({ source, info }) => ({
      stream: source.name,
      api: source.external?.api ?? null,
      lastSequence: info.state.last_seq,
    })),
    lastSequence: copy.state.last_seq,
    lag,
    subjects,
    warnings,
  };
}

function planText(
  name: string,
  { copy, origins, subjects, lag, warnings }: CutOverPlan,
  isLeft: boolean,
): string {
  const names = namesOf(origins);
  const first = isLeft ? '' : ` ${names} takes none of them any more.`;
  const what = `${name} has ${copy.state.messages} messages and lacks ${lag} of ${names}. It becomes a stream of its own and takes ${subjects.join(', ')}.${first}`;
  return [what, ...warnings.map((words) => `Note: ${words}.`)].map(printable).join('\n');
}

function doneText(
  name: string,
  { origins, subjects }: CutOverPlan,
  { until, leftAt }: CutOverResult,
  isLeft: boolean,
): string {
  const names = namesOf(origins);
  const done = `Done: ${name} is a stream of its own and takes ${subjects.join(', ')}; what came before is in it until sequence ${until}.`;
  const back = `The way back: have ${names} source ${name} from sequence ${until + 1} on, then cut that over in the same way (docs/rollouts.md).`;
  const both = `${names} still takes its subjects: over a leaf link both store what is published. Take them from it, or take the link down.`;
  const unknown = `Whether ${names} stored anything meanwhile is unknown: it does not answer.`;
  const left = (leftAt ?? []).map(
    ({ stream, from }) =>
      `${stream} stored messages meanwhile that ${name} may not have, from sequence ${from} of ${stream} on: somebody published still. \`nats stream get ${stream} ${from}\` at its servers shows the first.`,
  );
  return [done, ...(leftAt === undefined ? [unknown] : left), ...(isLeft ? [both] : [back])].join('\n');
}

function namesOf(origins: CutOverPlan['origins']): string {
  return origins
    .map(({ source }) =>
      source.external === undefined ? source.name : `${source.name} (${source.external.api})`,
    )
    .join(', ');
}

function commandError(error: unknown, name: string): unknown {
  if (error instanceof CutOverRefused) {
    const [code, exit] = error.isUnknown
      ? (['unknown', EXIT.unknown] as const)
      : (['refused', EXIT.refused] as const);
    return new CommandError(exit, error.message, { details: { code }, cause: error });
  }
  if (error instanceof StreamApiError) {
    const hint =
      error.code === STREAM_NOT_FOUND
        ? ` There is no stream ${name} at these servers, or not in this account.`
        : '';
    return new CommandError(EXIT.refused, `JetStream refuses: ${error.message}.${hint}`, {
      details: { code: 'refused', jetstream: error.code },
      cause: error,
    });
  }
  if (error instanceof StreamSilentError)
    return new CommandError(EXIT.noServer, `JetStream does not answer for ${name}: ${error.message}.`, {
      details: { code: 'no_server' },
      cause: error,
    });
  return error;
}

function listOf(text: string): readonly string[] {
  const subjects = text.split(',').map((each) => each.trim());
  if (subjects.some((each) => !SUBJECT.test(each)))
    throw new InvalidArgumentError('It has to be subjects, separated by commas, such as orders.>,bills.*');
  return subjects;
}

function msOf(text: string): number {
  if (!DURATION_PATTERN.test(text))
    throw new InvalidArgumentError('It has to be a duration, such as 60s or 5m.');
  return parseDurationMs(text);
}
