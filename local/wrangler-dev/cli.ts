// `npm run dev:docker`: `wrangler dev`, as every user of Cloudflare knows it, with real containers of the image. It says
// what is missing before wrangler starts, fires the cron trigger, and removes the containers that wrangler leaves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { checkPortIsFree, LOOPBACK } from '../listen.ts';
import { removeNew, thingsOf } from './leftovers.ts';
import { requireDocker } from './requirements.ts';
import { answering, fireCron, linked } from './wake.ts';

const WRANGLER = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url));

/** The token of the servers, which may hold no secret here. */
const TOKEN = 'development';

const FAILED = 1;

const program = new Command('npm run dev:docker --')
  .description(
    `Runs the Worker with wrangler dev and the regions in containers of the image, with the token "${TOKEN}". Further options go to wrangler dev.`,
  )
  .option('--port <number>', 'where it listens, on 127.0.0.1', parsePort, 8787)
  .allowUnknownOption()
  .argument('[options...]', 'options of wrangler dev, such as --persist-to FOLDER')
  .addHelpText(
    'after',
    `
It needs Docker, running, with buildx, and a registry for two images: the base of the image, and wrangler's sidecar.
Variables that wrangler knows: DOCKER_HOST (another socket), WRANGLER_DOCKER_BIN (another command),
MINIFLARE_CONTAINER_EGRESS_IMAGE (another sidecar). More: docs/container.md`,
  );

const { port } = program.parse().opts<{ port: number }>();
const log = (line: string) => console.log(`dev:docker: ${line}`);
const stop = new AbortController();
// Ctrl-C reaches wrangler as well, which ends by itself; here it must not end what cleans up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort(signal));

try {
  await main();
} catch (error) {
  if (!stop.signal.aborted) console.error(`error: ${(error as Error).message}`);
  process.exitCode = FAILED;
}

async function main(): Promise<void> {
  // wrangler would take another port, which nothing here could know.
  await checkPortIsFree(LOOPBACK, port);
  const docker = await requireDocker(process.env, log);
  const before = await thingsOf(docker);
  stop.signal.throwIfAborted();
  const args = [
    WRANGLER,
    'dev',
    '--var',
    `NATS_TOKEN:${TOKEN}`,
    '--ip',
    LOOPBACK,
    '--port',
    String(port),
    ...program.args,
  ];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  stop.signal.addEventListener('abort', () => child.kill(stop.signal.reason as NodeJS.Signals));
  const exited = once(child, 'exit').then(([code]) => (code as number | null) ?? FAILED);
  void exited.then(() => stop.abort('SIGTERM'));
  void wake().catch((error: Error) => stop.signal.aborted || log(error.message));
  process.exitCode = await exited;
  const removed = await removeNew(docker, before);
  if (removed > 0) log(`removed ${removed} containers that wrangler left`);
}

async function wake(): Promise<void> {
  const url = `http://${LOOPBACK}:${port}`;
  await answering(url, stop.signal);
  log(
    'waking the regions that should be awake: wrangler dev fires no cron trigger, so this does, every minute',
  );
  fireCron(url, stop.signal, log);
  const links = await linked(url, stop.signal);
  log(`all ${links} links are up: nats --server ws://127.0.0.1:${port} --token ${TOKEN} sub '>'`);
}

function parsePort(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new InvalidArgumentError('a port is 1 to 65535.');
  return number;
}
