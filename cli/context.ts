// `regions context`: a context of the `nats` command, so that `nats --context NAME` reaches the edge.

import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ForeignContext, writeNatsContext } from '../local/auth/nats-context.ts';
import type { NatsLogin } from '../local/auth/nats-login.ts';
import { findStacks } from '../local/running-stacks.ts';
import { type ConnectionOptions, resolveConnection, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { say } from './wrap.ts';

const DEFAULT_NAME = 'meridian';

interface Options extends ConnectionOptions {
  readonly creds?: string;
  readonly system?: true;
  readonly region?: string;
  readonly select?: true;
  readonly force?: true;
  readonly json?: true;
}

/** Makes the subcommand. */
export function contextCommand(): Command {
  return withConnection(new Command('context'))
    .argument('[name]', 'of the context', DEFAULT_NAME)
    .description('write a context of the nats command, with which it reaches this edge')
    .option(
      '--creds <file>',
      'a NATS credentials file (default: NATS_CREDS, NATS_TOKEN, or NATS_USER and NATS_PASSWORD, else what the local stack needs)',
    )
    .addOption(
      new Option('--system', 'with what the local stack has for operators: its system account').conflicts(
        'creds',
      ),
    )
    .option('--region <ids>', 'prefer these regions, best first')
    .option('--select', 'make it the one that nats uses if it is told no other')
    .option('--force', 'also in place of one that Meridian has not written')
    .option('--json', 'print its name, its path and its address as JSON')
    .action(writeContext);
}

async function writeContext(name: string, options: Options): Promise<void> {
  const { url: edge } = await resolveConnection(options);
  const url = new URL(edge.href.replace(/^http/, 'ws'));
  if (options.region !== undefined) url.searchParams.set('region', options.region);
  const login = await loginAt(edge, options);
  const address = url.href.replace(/\/$/, '');
  const path = await write({ name, url: address, login, what: `the edge at ${edge.host}` }, options);
  if (options.json === true) console.log(JSON.stringify({ name, path, url: address }, null, 2));
  else say(`Wrote ${path}.\nnats --context ${name} sub '>'`);
}

async function write(context: Parameters<typeof writeNatsContext>[0], options: Options): Promise<string> {
  const { force, select } = options;
  try {
    return await writeNatsContext(context, { force: force === true, select: select === true });
  } catch (error) {
    if (error instanceof ForeignContext)
      throw new CommandError(EXIT.refused, `${error.message}. Give another name, or --force to replace it.`);
    throw new CommandError(EXIT.usage, error instanceof Error ? error.message : String(error));
  }
}

async function loginAt(edge: URL, { creds, system }: Options): Promise<NatsLogin> {
  const { stacks } = await findStacks();
  const stack = stacks.find(({ url }) => new URL(url).origin === edge.origin);
  if (system === true) {
    if (stack?.system !== undefined) return stack.system;
    throw new CommandError(
      EXIT.refused,
      'there is no system account to sign in to here: `npm start -- --auth operator` makes one. For another edge give its credentials with --creds',
    );
  }
  const login: NatsLogin = creds === undefined ? (loginFrom(process.env) ?? stack?.login ?? {}) : { creds };
  return login.creds === undefined ? login : { creds: await fileAt(login.creds) };
}

/** As `nats` finds it from any folder. */
async function fileAt(path: string): Promise<string> {
  try {
    await access(path);
  } catch {
    throw new CommandError(EXIT.usage, `the credentials file ${path} cannot be read`);
  }
  return resolve(path);
}

/** As the `nats` command reads them. */
function loginFrom(env: NodeJS.ProcessEnv): NatsLogin | undefined {
  const { NATS_CREDS: creds, NATS_TOKEN: token, NATS_USER: user, NATS_PASSWORD: password } = env;
  if (creds) return { creds };
  if (token) return { token };
  return user && password ? { user, password } : undefined;
}
