// The whole of Meridian on one machine: engine, edge, regions, mesh. `npm start`, the end-to-end tests and the
// load tests all stand on it.

import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { ApiClient } from '../api/client.ts';
import type { MeshLink } from '../api/mesh.ts';
import type { RegionView } from '../api/regions.ts';
import type { MeridianConfig } from '../regions/config.ts';
import { instanceNameOf } from '../regions/names.ts';
import { type Edge, startEdge } from './edge.ts';
import { serveDockerApi } from './engine/docker-api.ts';
import { Engine } from './engine/engine.ts';
import { natsImage } from './engine/nats-image.ts';
import { checkPortIsFree } from './free-port.ts';
import { createRunFolder, type RunFolder, sweepDeadRuns } from './run-folder.ts';
import { watchSpawns } from './spawn-watch.ts';
import { tokenFilePath, writeTokenFile } from './token-file.ts';
import { waitFor } from './wait-for.ts';
import { wanDelays } from './wan/wan-delays.ts';
import { buildWorker } from './worker-build.ts';

export interface StackOptions {
  readonly config: MeridianConfig;
  /** Path of the nats-server program. */
  readonly natsServer: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Delays clients and routes as the distance would that they cover in the world. Default: false. */
  readonly wan?: boolean | undefined;
  /** Progress of the start, for people. */
  readonly onProgress?: (step: string) => void;
  /** Log lines of the Worker and of the servers. */
  readonly onLog?: (source: string, line: string) => void;
  /** Ends the start early; what was started is stopped. */
  readonly signal?: AbortSignal;
}

/** A running stack. */
export interface Stack {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** The bearer token of the admin API, made for this run. */
  readonly adminToken: string;
  readonly config: MeridianConfig;
  /** What tests may do to the containers from outside. */
  readonly engine: Engine;
  /** Its API, with the admin token. */
  readonly api: ApiClient;
  regions(): Promise<readonly RegionView[]>;
  mesh(): Promise<readonly MeshLink[]>;
  /** Stops everything in order; nothing is left. */
  close(): Promise<void>;
}

/** All regions and links come up well within this, also on a machine that is busy with something else. */
const READY_TIMEOUT_MS = 60_000;

/** A server that has ended so often before the stack was ready will not come up. */
const HOPELESS_EXITS = 3;

/** Starts a stack and returns once every region that stays awake is up and linked with all others. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await bringUp(options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function bringUp(
  options: StackOptions,
  undo: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stack> {
  const { config, host = '127.0.0.1', port = 0, signal } = options;
  const progress = options.onProgress ?? (() => {});
  const log = options.onLog ?? (() => {});
  const swept = await sweepDeadRuns();
  if (swept > 0) progress(`ended ${swept} processes that an earlier run had left`);
  if (port !== 0) await checkPortIsFree(host, port);

  const folder = await createRunFolder();
  undo.push(folder.remove);
  const crashes = new AbortController();
  const engine = await startEngine(options, folder, crashes, undo);
  progress('engine ready');
  const build = await buildWorker(join(folder.path, 'worker'), config);
  signal?.throwIfAborted();
  progress('Worker built by wrangler');
  const adminToken = randomBytes(24).toString('base64url');
  const stopWatching = watchSpawns('workerd', folder.noteProcess);
  undo.push(async () => stopWatching());
  const edge = await startEdge({
    build,
    config,
    host,
    port,
    engineSocket: socketPath(folder),
    adminToken,
    onLog: (line) => log('worker', line),
  });
  undo.push(() => edge.close());
  folder.noteFile(tokenFilePath(new URL(edge.url).port));
  undo.push(await writeTokenFile(edge.url, adminToken));
  progress(`Worker running in workerd at ${edge.url}`);
  const api = new ApiClient({ url: edge.url, token: adminToken });
  const stack: Stack = {
    url: edge.url,
    adminToken,
    config,
    engine,
    api,
    regions: async () => (await api.regions()).regions,
    mesh: async () => (await api.mesh()).links,
    close,
  };
  await awaken(stack, edge, progress, AbortSignal.any([crashes.signal, ...(signal ? [signal] : [])]));
  return stack;
}

async function startEngine(
  { config, natsServer, wan, onLog }: StackOptions,
  folder: RunFolder,
  crashes: AbortController,
  undo: (() => Promise<void>)[],
): Promise<Engine> {
  const exits = new Map<string, number>();
  const engine = new Engine({
    folder: join(folder.path, 'containers'),
    delays: wan === true ? wanDelays(config) : undefined,
    prepare: natsImage({
      natsServer,
      onStart: folder.noteGroup,
      onLine: (server, line) => onLog?.(server, line),
      onExit: (server, code, lastLines) => {
        const count = (exits.get(server) ?? 0) + 1;
        exits.set(server, count);
        if (count === HOPELESS_EXITS) crashes.abort(new Error(whyHopeless(server, code, lastLines)));
      },
    }),
  });
  undo.push(() => engine.close());
  const server = await serveDockerApi(engine, socketPath(folder));
  undo.push(() => closeServer(server));
  return engine;
}

function socketPath(folder: RunFolder): string {
  return join(folder.path, 'docker.sock');
}

/** Wakes the regions as the cron trigger does, and waits until they are one cluster. */
async function awaken(
  stack: Stack,
  edge: Edge,
  progress: (step: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const awake = new Set(
    stack.config.regions.filter(({ keepAwake, enabled }) => keepAwake && enabled).map(({ id }) => id),
  );
  await edge.tick();
  const options = { timeoutMs: READY_TIMEOUT_MS, signal };
  const reported = new Set<string>();
  const once = (step: string) => {
    if (!reported.has(step)) progress(step);
    reported.add(step);
  };
  await waitFor('every region to be up', options, async () => {
    const regions = (await stack.regions()).filter(({ id }) => awake.has(id));
    for (const { id, state } of regions)
      if (state === 'up') once(`region ${id} is up (${instanceNameOf(id)})`);
    return regions.every(({ state }) => state === 'up');
  });
  await waitFor('every link of the mesh to be up', options, async () => {
    const links = (await stack.mesh()).filter(({ a, b }) => awake.has(a) && awake.has(b));
    for (const { a, b, state } of links) if (state === 'up') once(`link ${a} - ${b} is up`);
    return links.every(({ state }) => state === 'up');
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function whyHopeless(server: string, code: number, lastLines: readonly string[]): string {
  const said = lastLines.length === 0 ? 'It wrote nothing.' : `It wrote:\n  ${lastLines.join('\n  ')}`;
  return `${server} keeps ending, with exit code ${code}. ${said}`;
}
