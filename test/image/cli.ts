// `npm run image -- build | test | sbom | pin`: the image of container/, with docker, podman or buildah. It is among the
// tests because it runs on their support.

import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { BinaryError } from '../../local/binaries/binary-error.ts';
import { type BuildOptions, buildImage, DEFAULT_TAG } from '../../local/image/build.ts';
import { findEngine } from '../../local/image/find-engine.ts';
import { ImageError } from '../../local/image/image-error.ts';
import { pinBase } from '../../local/image/pin-base.ts';
import { billOfMaterials } from '../../local/image/sbom/sbom.ts';
import { formatTable } from '../../regions/table.ts';
import { ImageUnderTest } from './check.ts';
import { CHECKS } from './checks/all.ts';
import { measure } from './figures.ts';
import { sweepLeftovers } from './leftovers.ts';
import { runChecks } from './run-checks.ts';

/** Exit codes, as those of the other commands. */
const FAILED = 1;
const INTERRUPTED = 130;

interface SharedOptions {
  readonly engine?: string;
  readonly tag: string;
}

interface BaseOptions extends SharedOptions {
  readonly base?: string;
  readonly verbose?: boolean;
}

interface TestOptions extends BaseOptions {
  readonly build: boolean;
  readonly only?: string;
  readonly list?: boolean;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const program = new Command('npm run image --')
  .description(
    'Builds the image of every region (container/Dockerfile), tests it in real containers, and lists what is in it.',
  )
  .addHelpText(
    'after',
    `
Engines: --engine, else DOCKER_HOST, else docker, podman or buildah (build
only), whichever answers first. Where no registry can be reached, the image is
built over a stand-in base of this machine's nats-server and busybox (Linux;
Debian: apt-get install busybox-static), which is for tests only.
More: docs/container.md`,
  );

shared(program.command('build').description('build it'))
  .option(
    '--base <image>',
    'another base than the Dockerfile names, such as a mirror\'s; "stand-in" makes one',
  )
  .option('--verbose', 'print what the engine writes')
  .action((options: BaseOptions) => main(() => build(options)));

shared(program.command('test').description('build it, run it in containers, and print a table and figures'))
  .option('--no-build', 'test the image of that tag as it is')
  .option('--only <text>', 'only checks with this text in their name')
  .option('--list', 'list the checks, and run nothing')
  .option('--base <image>', 'as with build')
  .option('--verbose', 'print what the engine writes while it builds')
  .action((options: TestOptions) => main(() => test(options)));

shared(program.command('sbom').description('list what is in it, as CycloneDX, on standard output'))
  .option('--out <file>', 'write it there')
  .action((options: SharedOptions & { readonly out?: string }) => main(() => sbom(options)));

program
  .command('pin')
  .description('write the digest that the tag of its base has now into container/Dockerfile (with docker)')
  .option('--engine <engine>', 'docker, or a socket')
  .action(({ engine }: { readonly engine?: string }) => main(() => pin(engine)));

await program.parseAsync();

function shared(command: Command): Command {
  return command
    .option('--engine <engine>', 'docker, podman, buildah, or a socket such as unix:///var/run/docker.sock')
    .option('--tag <name>', 'the name of the image', DEFAULT_TAG)
    .allowExcessArguments(false);
}

async function build(options: BaseOptions): Promise<void> {
  const engine = await findEngine({ engine: options.engine });
  const built = await buildImage(buildOptions(engine, options));
  console.log(`built ${built.tag} on ${built.base}`);
}

async function test(options: TestOptions): Promise<void> {
  const checks = CHECKS.filter(({ name }) => name.includes(options.only ?? ''));
  if (checks.length === 0)
    throw new ImageError(`no check has "${options.only}" in its name: --list shows them`);
  if (options.list === true) return console.log(checks.map(({ name }) => name).join('\n'));
  const engine = await findEngine({ engine: options.engine, runs: true });
  await sweepLeftovers(engine, console.log);
  if (options.build) await buildImage(buildOptions(engine, options));
  console.log(`testing ${options.tag} with ${engine.title}`);
  const image = new ImageUnderTest(engine, options.tag, stop.signal);
  const outcomes = await runChecks(checks, image, stop.signal);
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  if (options.only === undefined) console.log(`\n${formatTable(await measure(image, stop.signal))}`);
  console.log(`\n${outcomes.length - failed} of ${outcomes.length} checks passed`);
  if (failed > 0) process.exitCode = FAILED;
}

async function sbom({ engine, tag, out }: SharedOptions & { readonly out?: string }): Promise<void> {
  const document = await billOfMaterials(await findEngine({ engine, runs: true }), tag);
  if (out === undefined) return console.log(document);
  await writeFile(out, `${document}\n`);
  console.error(`wrote ${out}`);
}

async function pin(engine: string | undefined): Promise<void> {
  const base = await pinBase(await findEngine({ engine, runs: true }));
  console.log(`container/Dockerfile is built on ${base} from now on: npm run image -- test, and commit it`);
}

function buildOptions(engine: BuildOptions['engine'], { tag, base, verbose }: BaseOptions): BuildOptions {
  const onLine = verbose === true ? (line: string) => console.log(`  ${line}`) : undefined;
  return { engine, tag, base, log: console.log, onLine, signal: stop.signal };
}

/** One message, without a stack trace where the message is enough. */
async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.exitCode = stop.signal.aborted ? INTERRUPTED : FAILED;
    if (stop.signal.aborted) return;
    const known = error instanceof ImageError || error instanceof BinaryError;
    console.error(
      `error: ${known || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack}`,
    );
  }
}
