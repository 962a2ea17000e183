// Cloudflare on one machine: the container engine, the Docker API by which workerd reaches it, and a Worker in workerd.
// The caller chooses the Worker: the local stack runs Meridian's, benchmarks also run their controls here.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SCRATCH_LABEL } from '../regions/container-labels.ts';
import type { LocalAuth, NatsLogin } from './auth/nats-login.ts';
import type { ContainerPlaces } from './container-places.ts';
import { serveDockerApi } from './engine/docker-api.ts';
import { Engine, type EngineOptions } from './engine/engine.ts';
import { natsImage } from './engine/processes/nats-image.ts';
import { ProcessRuntime } from './engine/processes/process-runtime.ts';
import type { RunListeners, Runtime } from './engine/runtime.ts';
import { keepBucket } from './kept-bucket.ts';
import { checkPortIsFree, closeServer } from './listen.ts';
import { type RealEngineOptions, startRealEngine } from './real-engine.ts';
import { createRunFolder, type RunFolder, sweepDeadRuns } from './run-folder.ts';
import { leaveLogin, leaveStack } from './running-stacks.ts';
import { type Closeable, withTeardown } from './teardown.ts';
import type { WanDelays } from './wan/wan-delays.ts';
import type { WorkerBuild } from './worker-build.ts';

export interface PlatformOptions {
  /** Path of the nats-server program, which every container runs as a process of this machine. */
  readonly natsServer?: string | undefined;
  /** A real container engine for the containers, in place of that. */
  readonly realEngine?: RealEngineOptions | undefined;
  /** Makes the Worker; files go into the folder. `onProcess` is told of a process that writes there. */
  readonly build: (folder: string, onProcess: (pid: number) => void) => Promise<WorkerBuild>;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** How clients sign in, for commands that find the stack; the secrets are the build's. Default: they need not. */
  readonly auth?: Pick<LocalAuth, 'login' | 'system'> | undefined;
  /** Where containers are told that they run. Default: as workerd tells them. */
  readonly places?: ContainerPlaces | undefined;
  /** Default: none. */
  readonly delays?: WanDelays | undefined;
  /** At what address a port of a server is reached. Default: loopback. */
  readonly hosts?: EngineOptions['hosts'];
  /** A folder where objects, KV and R2 are kept when it has stopped (`do`, `kv`, `r2`). Default: none, they are deleted. */
  readonly storage?: string | undefined;
  /** A folder where the buckets alone are kept (kept-bucket.ts), in place of `storage`. */
  readonly bucket?: string | undefined;
  /** A port of this machine where a debugger may connect to workerd. Default: nowhere. */
  readonly inspectorPort?: number | undefined;
  /** Progress of the start, for people. */
  readonly onProgress?: ((step: string) => void) | undefined;
  /** Log lines of the Worker, of the container engine (`engine`), and of the servers. */
  readonly onLog?: ((source: string, line: string) => void) | undefined;
  /** Aborts the start; what was started is stopped. */
  readonly signal?: AbortSignal | undefined;
}

/** A running Worker and its containers. */
export interface Platform extends Closeable {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** The Worker's MERIDIAN_ADMIN_TOKEN, generated for this run. */
  readonly adminToken: string;
  readonly engine: Engine;
  /** Aborted, with the reason, when a server keeps exiting or cannot be started: it will not come up. */
  readonly hopeless: AbortSignal;
  /** Fires the cron trigger, as Cloudflare does every minute. */
  tick(): Promise<void>;
  /** Where changes of its secrets are asked for (stack-secrets.ts). */
  readonly secretsFile: string;
  /** Clients sign in otherwise from now on, for commands that find the stack. */
  leaveLogin(login: NatsLogin | undefined): Promise<void>;
  /** Replaces the Worker with another one; containers keep running. After an error so does the old Worker. */
  reload(build: PlatformOptions['build']): Promise<void>;
}

/** A server that has exited, or could not be started, this often will not come up. */
const HOPELESS_FAILURES = 3;

/** Returns once the Worker answers; its containers start when the Worker starts them. */
export function startPlatform(options: PlatformOptions): Promise<Platform> {
  return withTeardown((undo) => bringUp(options, undo));
}

async function bringUp(
  options: PlatformOptions,
  undo: AsyncDisposableStack,
): Promise<Omit<Platform, keyof Closeable>> {
  const { host = '127.0.0.1', port = 0, onProgress, onLog, signal } = options;
  const swept = await sweepDeadRuns();
  if (swept.processes > 0) onProgress?.(`ended ${swept.processes} processes that an earlier run had left`);
  if (swept.containers > 0)
    onProgress?.(`removed ${swept.containers} containers that an earlier run had left`);
  for (const note of swept.notes) onProgress?.(note);
  if (port !== 0) await checkPortIsFree(host, port);

  const folder = await createRunFolder();
  undo.defer(folder.remove);
  const hopeless = new AbortController();
  const storage = options.bucket === undefined ? options.storage : join(folder.path, 'storage');
  if (options.bucket !== undefined)
    undo.defer(await keepBucket(options.bucket, join(folder.path, 'storage')));
  const engine = await startEngine(options, folder, hopeless, undo);
  undo.defer(() => engine.close());
  const engineSocket = join(folder.path, 'docker.sock');
  const server = await serveDockerApi(engine, engineSocket);
  undo.defer(() => closeServer(server));
  onProgress?.('engine ready');

  const build = await options.build(join(folder.path, 'worker'), folder.noteProcess);
  signal?.throwIfAborted();
  onProgress?.('Worker built');
  const adminToken = randomBytes(24).toString('base64url');
  // Loaded here: miniflare takes half a second to load, which a command that only reads its arguments is spared.
  const { startEdge } = await import('./edge.ts');
  const edge = await startEdge({
    build,
    host,
    port,
    engineSocket,
    adminToken,
    storage,
    inspectorPort: options.inspectorPort,
    onLog: (line) => onLog?.('worker', line),
    folder: folder.path,
    onProcess: folder.noteProcess,
  });
  undo.defer(edge.close);
  const { login, system } = options.auth ?? {};
  const secretsFile = join(folder.path, 'secrets.json');
  await leaveStack(folder.path, { url: edge.url, token: adminToken, login, system, secretsFile });
  onProgress?.(`Worker running in workerd at ${edge.url}`);
  const reload = async (build: PlatformOptions['build']) => {
    await edge.reload(await build(join(folder.path, 'worker'), folder.noteProcess));
    // Wakes the objects, which find their servers running and re-establish the links.
    await edge.tick();
  };
  return {
    url: edge.url,
    adminToken,
    engine,
    hopeless: hopeless.signal,
    tick: edge.tick,
    secretsFile,
    leaveLogin: (changed) => leaveLogin(folder.path, changed),
    reload,
  };
}

async function startEngine(
  options: PlatformOptions,
  folder: RunFolder,
  hopeless: AbortController,
  undo: AsyncDisposableStack,
): Promise<Engine> {
  const failures = new Map<string, number>();
  const fail = (server: string, why: string) => {
    const count = (failures.get(server) ?? 0) + 1;
    failures.set(server, count);
    if (count === HOPELESS_FAILURES) hopeless.abort(new Error(why));
  };
  const runtime = await startRuntime(options, folder, undo, {
    onLine: (server, line) => options.onLog?.(server, line),
    onExit: (server, code, lastLines) => {
      // It ends with each verification of a backup, and nobody waits for it.
      if (server !== SCRATCH_LABEL) fail(server, whyHopeless(server, code, lastLines));
    },
  });
  return new Engine({
    runtime,
    environment: options.places,
    delays: options.delays,
    hosts: options.hosts,
    onStartFailed: (server, { message }) => {
      options.onLog?.('engine', `${server} cannot be started: ${message}`);
      fail(server, `${server} cannot be started: ${message}`);
    },
  });
}

async function startRuntime(
  { natsServer, realEngine, onProgress, onLog, signal }: PlatformOptions,
  folder: RunFolder,
  undo: AsyncDisposableStack,
  listeners: RunListeners,
): Promise<Runtime> {
  if (realEngine !== undefined)
    return startRealEngine({
      ...realEngine,
      folder,
      undo,
      onProgress,
      onProblem: (text) => onLog?.('engine', text),
      signal,
      ...listeners,
    });
  if (natsServer === undefined) throw new Error('a platform needs natsServer or realEngine');
  return new ProcessRuntime({
    folder: join(folder.path, 'containers'),
    prepare: natsImage({ natsServer, onStart: folder.noteGroup, ...listeners }),
  });
}

function whyHopeless(server: string, code: number, lastLines: readonly string[]): string {
  const said = lastLines.length === 0 ? 'It wrote nothing.' : `It wrote:\n  ${lastLines.join('\n  ')}`;
  return `${server} keeps exiting, with exit code ${code}. ${said}`;
}
