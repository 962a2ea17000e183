// `npm start`: the whole edge on this machine. Reads the options, starts the stack, shows how to use it, and
// stops everything when asked to.

import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type AuthWish, localAuth, parseAuth } from './auth/local-auth.ts';
import { writeLocalContexts } from './auth/local-contexts.ts';
import type { LocalAuth } from './auth/nats-login.ts';
import { BinaryError } from './binaries/binary-error.ts';
import { ensureNatsServer } from './binaries/nats-server.ts';
import { type Console, openConsole } from './console.ts';
import { BucketFolderError } from './kept-bucket.ts';
import { ConfigError, loadConfig } from './load-config.ts';
import { ensureMapPage } from './map-page.ts';
import { openPage, signedInAddress } from './open-page.ts';
import { reloadOnChange } from './reload-on-change.ts';
import { instructions, linkTable, regionTable } from './report.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';
import { watchParent } from './watch-parent.ts';

interface Options {
  readonly port: number;
  readonly regions?: readonly string[];
  readonly natsServer?: string;
  readonly engine?: string;
  readonly image?: string;
  readonly config?: string;
  readonly bucket?: string;
  readonly auth?: AuthWish;
  readonly wan?: boolean;
  readonly watch?: boolean;
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

const program = new Command('npm start --')
  .description(
    'Runs Meridian on this machine: the Worker in workerd, a nats-server for every region, and the mesh between them.',
  )
  .option('--port <number>', 'where the edge listens, on 127.0.0.1; 0 takes a free port', parsePort, 8787)
  .option('--regions <ids>', 'only these regions, such as wnam,weur', (text: string) => text.split(','))
  .addOption(
    new Option(
      '--nats-server <path>',
      'the nats-server program (else: NATS_SERVER, PATH, the cache, or downloaded or built on first use)',
    ).conflicts('engine'),
  )
  .option(
    '--engine <engine>',
    'run the regions in real containers: docker, podman, or a socket such as unix:///var/run/docker.sock',
  )
  .option(
    '--image <name>',
    'with --engine: an image that it has (else: built from container/Dockerfile)',
    parseImage,
  )
  .option('--config <file>', 'another region configuration than regions/regions.json')
  .option(
    '--bucket <folder>',
    'keep the bucket of backups there when it stops, and begin with what is in it, as a new deployment would (docs/backup.md, A drill)',
  )
  .option(
    '--auth <kind>',
    'credentials that clients need: "token" (made anew), user:password, or "operator" (made once, with a system account; writes .creds files and contexts of the nats command)',
    parseAuthOption,
  )
  .option('--wan', 'add the latency of real distances, as the routing model has them, to clients and routes')
  .option('--watch', 'restart the Worker when its sources or its configuration change (npm run dev)')
  .option('--open', 'open the map in the browser, signed in')
  .option('--quiet', 'print nothing but errors and the last line')
  .option('--verbose', 'print everything that the servers log')
  .addHelpText(
    'after',
    `
While it runs, in another terminal (the command finds it, whatever its port):
  npm run regions -- list
  npm run regions -- route SYD     which region a client in Sydney would get
Ctrl-C stops everything; so does the end of whatever started it.`,
  )
  .allowExcessArguments(false);

/** An operator is kept there, out of git. */
const OPERATOR_FOLDER = fileURLToPath(new URL('../.meridian/operator', import.meta.url));

/** Exit codes: 1 when it cannot start, 130 when it was interrupted before it was ready. */
const FAILED = 1;
const INTERRUPTED = 130;

await main(readOptions());

function readOptions(): Options {
  const options = program.parse().opts<Options>();
  if (options.image !== undefined && options.engine === undefined)
    program.error(
      'error: --image is what containers run, which --engine starts: add --engine docker, or leave it out',
    );
  return options;
}

async function main(options: Options): Promise<void> {
  const output = openConsole(options);
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  watchParent(() => stop.abort());
  try {
    const auth = options.auth && (await localAuth(options.auth, OPERATOR_FOLDER));
    const stack = await start(options, auth, output, stop.signal);
    const context = auth && (await writeLocalContexts(stack.url, auth, output.step));
    showReady(stack, output, await stack.regions(), await stack.mesh(), context);
    if (options.open === true) await showMap(stack, output);
    const watching = options.watch === true ? reloadOnChange(stack, options, output) : undefined;
    await stopped;
    output.step('stopping');
    output.closeLog();
    await watching?.close();
    await stack.close();
  } catch (error) {
    process.exitCode = stop.signal.aborted ? INTERRUPTED : FAILED;
    if (!stop.signal.aborted) output.error(explain(error));
  }
  process.exit();
}

async function showMap({ url, adminToken }: Stack, output: Console): Promise<void> {
  const problem = await openPage(signedInAddress(url, adminToken));
  if (problem !== undefined) output.step(`${problem}: open ${url}/`);
}

async function start(
  options: Options,
  auth: LocalAuth | undefined,
  output: Console,
  signal: AbortSignal,
): Promise<Stack> {
  const [{ config, notes }] = await Promise.all([loadConfig(options), ensureMapPage(output.step)]);
  for (const note of notes) output.step(note);
  const containers = await containersOf(options, output, signal);
  signal.throwIfAborted();
  return startStack({
    config,
    ...containers,
    port: options.port,
    bucket: options.bucket,
    wan: options.wan,
    auth,
    onProgress: output.step,
    onLog: output.log,
    signal,
  });
}

/** What the regions run on. */
async function containersOf(
  { engine, image, natsServer }: Options,
  output: Console,
  signal: AbortSignal,
): Promise<Pick<StackOptions, 'natsServer' | 'realEngine'>> {
  if (engine !== undefined) return { realEngine: { engine, image } };
  // What it and the servers write (objects' databases, streams) is nobody else's. An image that is built has other users.
  process.umask(0o077);
  const { path } = await ensureNatsServer({
    ...(natsServer !== undefined && { path: natsServer }),
    log: output.step,
    signal,
  });
  return { natsServer: path };
}

function showReady(
  stack: Stack,
  output: Console,
  regions: Awaited<ReturnType<Stack['regions']>>,
  links: Awaited<ReturnType<Stack['mesh']>>,
  context: string | undefined,
): void {
  output.print(
    `\n${regionTable(regions)}\n\n${linkTable(links)}\n\n${instructions(stack.url, stack.adminToken, context)}\n`,
  );
  output.ready(`ready ${stack.url}`);
}

/** One message, without a stack trace where the message is enough. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof BinaryError || error instanceof BucketFolderError)
    return error.message;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && !error.message.includes(cause.message)
    ? `${error.message}\n  because: ${cause.message}`
    : error.message;
}

/** It becomes a part of a path of the engine's API. */
function parseImage(text: string): string {
  if (!/^\w[\w.:/@-]*$/.test(text))
    throw new InvalidArgumentError('an image has a name such as meridian:local.');
  return text;
}

function parseAuthOption(text: string): AuthWish {
  try {
    return parseAuth(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535.');
  return port;
}
