// `npm run observe`: a Prometheus beside a running edge, which scrapes it and has the alert rules, until Ctrl-C. The edge is
// the local stack that runs, or any whose address and token are given.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { waitFor } from '../../waiting/wait-for.ts';
import { ensurePrometheus } from '../binaries/prometheus.ts';
import { checkPortIsFree, freePort, LOOPBACK } from '../listen.ts';
import { findStacks, type RunningStack } from '../running-stacks.ts';
import { watchParent } from '../watch-parent.ts';
import { prometheusConfig } from './prometheus-config.ts';

interface Options {
  readonly port: number;
  readonly url?: string;
  readonly prometheus?: string;
}

const program = new Command('npm run observe --')
  .description(
    'Starts a Prometheus that scrapes the local stack, with the alert rules of infra/observability.',
  )
  .option('--port <number>', 'where Prometheus listens, on 127.0.0.1; 0 takes a free port', parsePort, 9090)
  .option('--url <url>', 'another edge; its token is in MERIDIAN_READ_TOKEN or MERIDIAN_ADMIN_TOKEN')
  .option(
    '--prometheus <path>',
    'the program (else: PROMETHEUS, PATH, the cache, or downloaded on first use)',
  )
  .allowExcessArguments(false);

const RULES = fileURLToPath(new URL('../../infra/observability/alerts.yml', import.meta.url));
const DASHBOARD = fileURLToPath(new URL('../../infra/observability/grafana.json', import.meta.url));

const READY_WITHIN_MS = 30_000;

/** Exit codes: 1 when it cannot start or Prometheus ends by itself, 130 when it was interrupted before it was ready. */
const FAILED = 1;
const INTERRUPTED = 130;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
watchParent(() => stop.abort());
try {
  await observe(program.parse().opts<Options>());
} catch (error) {
  process.exitCode = stop.signal.aborted ? INTERRUPTED : FAILED;
  if (!stop.signal.aborted) console.error(error instanceof Error ? error.message : String(error));
}
process.exit();

async function observe({ port, url, prometheus: path }: Options): Promise<void> {
  const edge = await edgeAt(url);
  const { path: prometheus } = await ensurePrometheus({ path, log: console.log, signal: stop.signal });
  if (port !== 0) await checkPortIsFree(LOOPBACK, port);
  const address = `${LOOPBACK}:${port === 0 ? await freePort() : port}`;
  // Only this user may look into it: it has the token.
  const folder = await mkdtemp(join(tmpdir(), 'meridian-observe-'));
  const config = join(folder, 'prometheus.yml');
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, edge.token, { mode: 0o600 });
  await writeFile(config, prometheusConfig({ url: edge.url, tokenFile, rules: RULES }), { mode: 0o600 });
  const child = spawn(
    prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    // Of a process group of its own: Ctrl-C on a terminal reaches this process alone, which then ends it.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-4_000);
  });
  const ended = once(child, 'exit');
  ended.catch(() => {});
  try {
    const hasEnded = await Promise.race([untilScraped(address), ended.then(() => true)]);
    if (hasEnded) throw new Error(`Prometheus ended:\n${said}`);
    console.log(instructions(edge.url, address));
    const stopped = new Promise<false>((resolve) => {
      if (stop.signal.aborted) resolve(false);
      stop.signal.addEventListener('abort', () => resolve(false));
    });
    if (await Promise.race([stopped, ended.then(() => true)])) throw new Error(`Prometheus ended:\n${said}`);
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended.catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}

async function edgeAt(url: string | undefined): Promise<RunningStack> {
  const token = process.env.MERIDIAN_READ_TOKEN || process.env.MERIDIAN_ADMIN_TOKEN;
  if (url !== undefined) {
    if (token) return { url, token };
    throw new Error('--url needs a token: put it into MERIDIAN_READ_TOKEN');
  }
  const { stacks, notes } = await findStacks();
  for (const note of notes) console.error(note);
  const [stack, ...others] = stacks;
  if (stack === undefined)
    throw new Error('no local stack runs: start one with npm start, or name an edge with --url');
  if (others.length === 0) return stack;
  const urls = stacks.map((each) => each.url).join(', ');
  throw new Error(
    `several local stacks run (${urls}): name one with --url, and its token in MERIDIAN_ADMIN_TOKEN`,
  );
}

/** Resolves with false once Prometheus has got metrics. @throws Error if it gets none, with what it says about that */
async function untilScraped(address: string): Promise<false> {
  let problem = 'it does not answer';
  const isRefused = () => /HTTP status 4\d\d/.test(problem);
  try {
    const options = { timeoutMs: READY_WITHIN_MS, pollMs: 200, signal: stop.signal };
    await waitFor('Prometheus to have scraped', options, async () => {
      const response = await fetch(`http://${address}/api/v1/targets`);
      const { data } = (await response.json()) as Targets;
      const [target] = data.activeTargets;
      problem = target?.lastError || problem;
      // Waiting does not help against a wrong token.
      return target?.health === 'up' || isRefused();
    });
  } catch (cause) {
    throw new Error(`Prometheus gets no metrics: ${problem}`, { cause });
  }
  if (isRefused()) throw new Error(`Prometheus gets no metrics: ${problem}`);
  return false;
}

/** What Prometheus says of what it scrapes, in part. */
interface Targets {
  readonly data: {
    readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[];
  };
}

function instructions(edge: string, address: string): string {
  return `ready http://${address}

Prometheus scrapes ${edge}/metrics every five seconds.
  http://${address}/graph?g0.expr=meridian_region_clients&g0.tab=0   clients by region
  http://${address}/alerts   the alert rules
Grafana: add http://${address} as a Prometheus, and import ${DASHBOARD}
Ctrl-C stops it, and deletes what it has stored.`;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
